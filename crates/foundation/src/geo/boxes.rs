//! A packed tree of rectangles (sort-tile-recursive): built once, asked often. Its size is linear in the
//! number of rectangles whatever they are, so that foreign shapes cannot make it grow.

use super::shape::Bounds;

const FAN: usize = 16;

/// The tree. It stores positions: rectangle `i` of the list it was built from is `i`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Boxes {
    /// Every level from the leaves to the root, one after the other.
    bounds: Vec<Bounds>,
    /// For a leaf the position in the list, for a node the first of its children.
    target: Vec<u32>,
    /// Where each level begins; the last entry is the end.
    levels: Vec<usize>,
}

impl Boxes {
    /// Builds the tree over `list`; empty rectangles are never found.
    pub(crate) fn new(list: &[Bounds]) -> Self {
        let mut order: Vec<u32> = (0..list.len() as u32).filter(|&i| !list[i as usize].is_empty()).collect();
        let centre = |i: u32| list[i as usize].centre();
        let leaves = order.len().div_ceil(FAN).max(1);
        let slice = FAN * (leaves as f64).sqrt().ceil() as usize;
        order.sort_unstable_by(|&a, &b| centre(a).lon.total_cmp(&centre(b).lon).then(a.cmp(&b)));
        for part in order.chunks_mut(slice) {
            part.sort_unstable_by(|&a, &b| centre(a).lat.total_cmp(&centre(b).lat).then(a.cmp(&b)));
        }
        let mut tree = Boxes {
            bounds: order.iter().map(|&i| list[i as usize]).collect(),
            target: order,
            levels: vec![0],
        };
        let mut begin = 0;
        while tree.bounds.len() - begin > 1 {
            let end = tree.bounds.len();
            tree.levels.push(end);
            for first in (begin..end).step_by(FAN) {
                let children = &tree.bounds[first..(first + FAN).min(end)];
                let around = children.iter().fold(Bounds::EMPTY, |a, b| a.join(*b));
                tree.bounds.push(around);
                tree.target.push(first as u32);
            }
            begin = end;
        }
        tree.levels.push(tree.bounds.len());
        tree
    }

    /// Calls `found` with the position of every rectangle that meets `query`; `found` returns whether to go
    /// on.
    pub(crate) fn search(&self, query: &Bounds, mut found: impl FnMut(usize) -> bool) {
        let Some(root) = self.bounds.len().checked_sub(1) else { return };
        let mut todo = vec![(root, self.levels.len() - 2)];
        while let Some((node, level)) = todo.pop() {
            if !self.bounds[node].meets(query) {
                continue;
            }
            let target = self.target[node] as usize;
            if level == 0 {
                if !found(target) {
                    return;
                }
                continue;
            }
            let end = (target + FAN).min(self.levels[level]);
            todo.extend((target..end).map(|child| (child, level - 1)));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_tree_finds_what_a_walk_through_the_list_finds(
            list in prop::collection::vec((0f64..100.0, 0f64..100.0, -1f64..9.0, 0f64..9.0), 0..700),
            (x, y, w, h) in (0f64..100.0, 0f64..100.0, 0f64..30.0, 0f64..30.0),
        ) {
            let list: Vec<Bounds> =
                list.into_iter().map(|(x, y, w, h)| Bounds::new(x, y, x + w, y + h)).collect();
            let query = Bounds::new(x, y, x + w, y + h);
            let mut found = vec![];
            Boxes::new(&list).search(&query, |i| { found.push(i); true });
            found.sort_unstable();
            let walked: Vec<usize> =
                (0..list.len()).filter(|&i| !list[i].is_empty() && list[i].meets(&query)).collect();
            prop_assert_eq!(found, walked);
        }
    }
}
