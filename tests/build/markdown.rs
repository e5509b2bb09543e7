//! Files that stand in a Markdown text: fenced blocks with a `title`.

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block<'a> {
    /// Its title, a path.
    pub title: &'a str,
    /// What stands between its fences.
    pub text: &'a str,
    /// Bytes before its text.
    pub start: usize,
}

/// All blocks that have a title.
pub(crate) fn blocks(markdown: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    // The title and the start of the block that is open.
    let mut open: Option<(Option<&str>, usize)> = None;
    let mut position = 0;
    for line in markdown.split_inclusive('\n') {
        let after = position + line.len();
        open = match (line.strip_prefix("```"), open) {
            (None, open) => open,
            (Some(info), None) => Some((title(info), after)),
            (Some(_), Some((title, start))) => {
                blocks.extend(title.map(|title| Block { title, text: &markdown[start..position], start }));
                None
            }
        };
        position = after;
    }
    assert!(open.is_none(), "a block has no end");
    blocks
}

fn title(info: &str) -> Option<&str> {
    let (_, rest) = info.split_once("title=\"")?;
    rest.split_once('"').map(|(title, _)| title)
}

#[test]
fn only_blocks_with_a_title_are_files() {
    let markdown = "```sh\ncargo\n```\n\n```ts title=\"src/a.ts\"\na\nb\n```\n```json title=\"b\"\n```\n";
    let expected = [Block { title: "src/a.ts", text: "a\nb\n", start: 40 }, Block { title: "b", text: "", start: 66 }];
    assert_eq!(blocks(markdown), expected);
}
