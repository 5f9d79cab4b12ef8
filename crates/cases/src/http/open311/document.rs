//! A document of GeoReport v2: one tree, written as XML, or as JSON by the Spark convention, where a list
//! loses the name of its items. Texts lose what XML 1.0 cannot hold; an empty one is `null`, or an empty
//! element.

use serde_json::{Value as Json, json};

/// What stands in a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// Words, not empty.
    Text(String),
    /// A measure.
    Number(f64),
    /// A count.
    Whole(i64),
    /// True or false.
    Flag(bool),
    /// What is not known, or not told.
    Nothing,
    /// Named parts, in their order.
    Fields(Vec<(&'static str, Node)>),
    /// Items, with the name each has in XML.
    List(&'static str, Vec<Node>),
}

/// A tree with the name of its root, which only XML shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Document {
    /// `services`, `service_requests`, …
    pub root: &'static str,
    /// The rest.
    pub node: Node,
}

/// A text as a document may hold it.
pub(super) fn text(words: &str) -> Node {
    // Control characters but line ends and tabs, and the two that are no characters.
    let fits =
        |c: &char| matches!(c, '\n' | '\t') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'));
    let kept: String = words.chars().filter(fits).collect();
    match kept.trim() {
        "" => Node::Nothing,
        kept => Node::Text(kept.to_owned()),
    }
}

impl Node {
    fn json(&self) -> Json {
        match self {
            Node::Text(words) => json!(words),
            Node::Number(n) => json!(n),
            Node::Whole(n) => json!(n),
            Node::Flag(yes) => json!(yes),
            Node::Nothing => Json::Null,
            Node::Fields(all) => all.iter().map(|(name, node)| ((*name).to_owned(), node.json())).collect(),
            Node::List(_, items) => items.iter().map(Node::json).collect(),
        }
    }

    fn xml(&self, name: &str, out: &mut String) {
        let plain = match self {
            Node::Nothing => String::new(),
            Node::Text(words) => escaped(words),
            Node::Number(n) => n.to_string(),
            Node::Whole(n) => n.to_string(),
            Node::Flag(yes) => yes.to_string(),
            Node::Fields(all) => {
                let mut inside = String::new();
                all.iter().for_each(|(name, node)| node.xml(name, &mut inside));
                inside
            }
            Node::List(item, items) => {
                let mut inside = String::new();
                items.iter().for_each(|node| node.xml(item, &mut inside));
                inside
            }
        };
        match plain.is_empty() {
            true => out.push_str(&format!("<{name}/>")),
            false => out.push_str(&format!("<{name}>{plain}</{name}>")),
        }
    }
}

fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len() + 16);
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
    out
}

impl Document {
    /// As JSON.
    pub fn json(&self) -> String {
        self.node.json().to_string()
    }

    /// As XML.
    pub fn xml(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        self.node.xml(self.root, &mut out);
        out.push('\n');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tree_is_written_as_xml_and_as_json() {
        let node = Node::Fields(vec![
            ("code", text("a")),
            ("note", text(" \u{0} ")),
            ("yes", Node::Flag(true)),
            ("lat", Node::Number(10.0321)),
            ("formats", Node::List("format", vec![text("text/xml"), text("x")])),
            ("attributes", Node::List("attribute", Vec::new())),
        ]);
        let document = Document { root: "d", node };
        assert_eq!(
            document.xml(),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<d><code>a</code><note/><yes>true</yes>\
             <lat>10.0321</lat><formats><format>text/xml</format><format>x</format></formats>\
             <attributes/></d>\n"
        );
        let read: Json = serde_json::from_str(&document.json()).unwrap();
        assert_eq!(
            read,
            json!({"code": "a", "note": null, "yes": true, "lat": 10.0321, "formats": ["text/xml", "x"],
                "attributes": []})
        );
    }

    #[test]
    fn nothing_that_was_typed_becomes_markup_or_breaks_a_reader() {
        let typed = "<script>\"a\" & 'b'\u{1b}\u{7}\r\n\u{fffe}]]></script>";
        let document = Document { root: "d", node: text(typed) };
        let xml = document.xml();
        assert!(
            xml.contains("<d>&lt;script&gt;&quot;a&quot; &amp; &apos;b&apos;\n]]&gt;&lt;/script&gt;</d>")
        );
        assert!(!xml.chars().any(|c| c.is_control() && c != '\n'), "{xml:?}");
    }
}
