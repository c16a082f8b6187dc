"""Pages as large as they may be that leave open what they begin, over and over."""

_PIECES = (
    "<!--", "<noscript>", "<meta ", "<p style='url(//a' ", "<link href=//a ", "<img srcset='a,b ",
    "<base href=/><a href=b>", "{$a", "${a", "<svg>", "</svg>", "<iframe ", '<p style="a">', "\n",
    "<p title={{message}} ", "<script src=a>", "<source srcset=a>", "<a href='javascript:", "{{",
)  # fmt: skip
_BEGUN = (
    ("<script>", "<!--"), ("<script>", "<!-- <scrip"), ("<script>", "\n"), ("<script>", " import"),
    ("<svg><style>", "<![CDATA["), ("<svg><style>", "&lt"), ("<style>", "@import "),
    ("<style>", "url("), ("<style>", "url(//a)"), ("<style>", "image-set("), ("<style>", "/*"),
    ("<p style='", "url("), ("<img srcset='", "a, "), ("<noscript>", "<noscript"),
)  # fmt: skip
_CHARACTERS = 39_000

HOSTILE = {
    f"{first}{piece}": first + piece * ((_CHARACTERS - len(first)) // len(piece))
    for first, piece in (*(("", piece) for piece in _PIECES), *_BEGUN)
}
