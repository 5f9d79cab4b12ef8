//! The plan of a map: the land in the middle, and the archipelagos far out at sea in boxes of their own, so
//! that they are on the map without making the land small. Hoàng Sa and Trường Sa are on every map of the
//! country.

use super::project::{Flattening, Frame, Pen, Projection};
use super::shape::{Bounds, Point, Shape};

/// An archipelago that a map can show in a box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Archipelago {
    /// Its name, as written in the box.
    pub name: &'static str,
    /// The sea it lies in; no mainland and no coastal island is inside.
    pub bounds: Bounds,
}

/// Quần đảo Hoàng Sa (thành phố Đà Nẵng).
pub const HOANG_SA: Archipelago =
    Archipelago { name: "Quần đảo Hoàng Sa", bounds: Bounds::new(110.8, 15.3, 113.2, 17.5) };

/// Quần đảo Trường Sa (tỉnh Khánh Hòa).
pub const TRUONG_SA: Archipelago =
    Archipelago { name: "Quần đảo Trường Sa", bounds: Bounds::new(109.4, 6.0, 118.0, 12.0) };

/// What happens to the archipelagos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Islands {
    /// Where they are, true to scale.
    InPlace,
    /// Each that has land among the shapes gets a box: for a province.
    Boxed,
    /// Both get a box, whether or not the shapes have land there: for the country.
    BothBoxed,
}

/// A box with an archipelago in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inset {
    /// The archipelago.
    pub archipelago: Archipelago,
    /// Where the box is in the drawing.
    pub frame: Frame,
    /// The middle of the strip at its foot that is left free for the name.
    pub name_at: (f64, f64),
    /// How its land is drawn.
    pub projection: Projection,
}

/// Where everything is in the drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct MapPlan {
    /// The whole drawing.
    pub frame: Frame,
    /// How the land is drawn.
    pub land: Projection,
    /// The boxes, from top to bottom.
    pub insets: Vec<Inset>,
}

/// The share of the drawing's width that boxes take.
const INSET_WIDTH: f64 = 0.22;

/// The share of a box's width that its name is high.
const NAME_HEIGHT: f64 = 0.12;

impl Inset {
    /// A box with its lower right corner at `corner`, less a gap that depends on `padding`.
    fn new(
        archipelago: Archipelago,
        corner: (f64, f64),
        width: f64,
        most_height: f64,
        padding: f64,
        flattening: Flattening,
    ) -> Self {
        let gap = (padding / 2.0).min(width / 8.0).min(most_height / 8.0);
        let width = width - gap;
        let sea = archipelago.bounds;
        let aspect = (sea.north - sea.south) / (sea.east - sea.west);
        let name = width * NAME_HEIGHT;
        let height = (width * aspect + name).min(most_height - gap);
        let frame = Frame { x: corner.0 - gap - width, y: corner.1 - gap - height, width, height };
        let land = Frame { height: height - name, ..frame };
        let projection = Projection::fit(sea, land, 2.0, flattening);
        Inset {
            archipelago,
            frame,
            name_at: (frame.x + width / 2.0, frame.y + height - name / 2.0),
            projection,
        }
    }
}

impl MapPlan {
    /// Plans a map of `shapes` in `frame` with `padding` around land and boxes. The boxes stand one above the
    /// other at the lower right, beside the land. Where there is no other land, an archipelago fills the map.
    pub fn new<'a>(
        shapes: impl IntoIterator<Item = &'a Shape>,
        frame: Frame,
        padding: f64,
        flattening: Flattening,
        islands: Islands,
    ) -> Self {
        let both = [HOANG_SA, TRUONG_SA];
        let mut present = both.map(|_| islands == Islands::BothBoxed);
        let (mut land, mut all) = (Bounds::EMPTY, Bounds::EMPTY);
        for bounds in shapes.into_iter().flat_map(|shape| &shape.polygons).map(|polygon| polygon.bounds()) {
            all = all.join(bounds);
            match both.iter().position(|archipelago| archipelago.bounds.covers(&bounds)) {
                Some(index) => present[index] = true,
                None => land = land.join(bounds),
            }
        }
        let boxed: Vec<Archipelago> =
            both.into_iter().zip(present).filter(|(_, here)| *here).map(|(each, _)| each).collect();
        if islands == Islands::InPlace || boxed.is_empty() || land.is_empty() {
            let land = Projection::fit(all, frame, padding, flattening);
            return MapPlan { frame, land, insets: Vec::new() };
        }
        let width = frame.width * INSET_WIDTH;
        let land_frame = Frame { width: frame.width - width, ..frame };
        let land = Projection::fit(land, land_frame, padding, flattening);
        let most = frame.height / boxed.len() as f64;
        let mut bottom = frame.y + frame.height;
        let mut insets: Vec<Inset> = Vec::new();
        for archipelago in boxed.into_iter().rev() {
            let inset =
                Inset::new(archipelago, (frame.x + frame.width, bottom), width, most, padding, flattening);
            bottom = inset.frame.y;
            insets.insert(0, inset);
        }
        MapPlan { frame, land, insets }
    }

    /// Where `point` is in the drawing: in a box if it lies in the sea of one.
    pub fn project(&self, point: Point) -> (f64, f64) {
        self.projection_for(&Bounds::new(point.lon, point.lat, point.lon, point.lat)).project(point)
    }

    /// The path data of `shape`, each piece where it belongs; see [`super::svg_path`].
    pub fn path(&self, shape: &Shape, decimals: u8) -> String {
        let mut pen = Pen::new(decimals);
        for polygon in &shape.polygons {
            pen.polygon(polygon, self.projection_for(&polygon.bounds()));
        }
        pen.path
    }

    fn projection_for(&self, bounds: &Bounds) -> &Projection {
        let inset = self.insets.iter().find(|inset| inset.archipelago.bounds.covers(bounds));
        inset.map_or(&self.land, |inset| &inset.projection)
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape::tests::rectangle;
    use super::*;

    fn plan(shapes: &[Shape], islands: Islands) -> MapPlan {
        MapPlan::new(shapes, Frame::sized(1000.0, 800.0), 10.0, Flattening::Equirectangular, islands)
    }

    fn da_nang() -> Shape {
        let mut shape = Shape::from_ring(rectangle(107.8, 15.0, 108.7, 16.2));
        shape.polygons.extend(Shape::from_ring(rectangle(111.5, 16.4, 111.7, 16.6)).polygons);
        shape
    }

    fn inside(frame: &Frame, (x, y): (f64, f64)) -> bool {
        (frame.x..=frame.x + frame.width).contains(&x) && (frame.y..=frame.y + frame.height).contains(&y)
    }

    #[test]
    fn an_archipelago_of_a_province_is_drawn_in_its_box() {
        let plan = plan(&[da_nang()], Islands::Boxed);
        assert_eq!(plan.insets.len(), 1);
        assert_eq!(plan.insets[0].archipelago.name, "Quần đảo Hoàng Sa");
        assert!(inside(&plan.insets[0].frame, plan.project(Point::new(111.6, 16.5))));
        let (x, _) = plan.project(Point::new(108.7, 15.5));
        assert!(x > 500.0 && x <= 780.0, "{x}");
    }

    #[test]
    fn the_country_always_has_both_boxes_and_they_do_not_overlap() {
        let plan = plan(&[Shape::from_ring(rectangle(102.1, 8.4, 109.5, 23.4))], Islands::BothBoxed);
        let [hoang_sa, truong_sa] = &plan.insets[..] else { panic!("{:?}", plan.insets) };
        assert!(hoang_sa.frame.y + hoang_sa.frame.height <= truong_sa.frame.y);
        assert!(inside(&plan.frame, (hoang_sa.frame.x, hoang_sa.frame.y)));
        assert!(inside(&truong_sa.frame, plan.project(Point::new(111.92, 8.64))));
        assert!(inside(&hoang_sa.frame, plan.project(Point::new(112.34, 16.83))));
    }

    #[test]
    fn in_place_everything_is_to_scale_in_one_picture() {
        let plan = plan(&[da_nang()], Islands::InPlace);
        assert!(plan.insets.is_empty());
        let (east, _) = plan.project(Point::new(111.7, 16.5));
        assert!((east - 990.0).abs() < 1.0);
    }

    #[test]
    fn a_map_of_the_archipelago_alone_fills_the_frame() {
        let shape = Shape::from_ring(rectangle(111.2, 15.7, 112.7, 17.1));
        let plan = plan(std::slice::from_ref(&shape), Islands::Boxed);
        assert!(plan.insets.is_empty());
        assert!(plan.project(Point::new(112.7, 16.0)).0 > 800.0);
        assert!(plan.path(&shape, 0).starts_with('m'));
    }
}
