"""Writes HTML as a company's web site serves it: navigation and footer around the main text."""

from datetime import date
from html import escape

from contentlib.demo.documents import blocks, theme
from contentlib.demo.documents.source import Authored

_SECTIONS = {"case-study": "customers"}

_STYLE = """
:root { color-scheme: light }
* { box-sizing: border-box }
body { margin: 0; font: 17px/1.6 system-ui, Arial, sans-serif; color: #%(body)s }
a { color: #%(accent)s }
header.site, footer.site { background: #%(ink)s; color: #fff; padding: 1rem 1.25rem }
header.site a, footer.site a { color: #fff; text-decoration: none; margin-right: 1.25rem }
header.site nav { display: flex; flex-wrap: wrap; align-items: center; max-width: 62rem;
  margin: auto }
header.site .brand { font-weight: 700; font-size: 1.15rem; margin-right: 2rem }
.hero { border-bottom: 4px solid #%(accent)s; background: #%(shade)s; padding: 2.5rem 1.25rem }
.hero > div, main, footer.site > div { max-width: 46rem; margin: auto }
.kicker { color: #%(accent)s; font-weight: 600; font-size: .9rem }
h1 { font-size: 2rem; line-height: 1.2; color: #%(ink)s; margin: .4rem 0 .8rem }
h2 { color: #%(accent)s; margin-top: 2.2rem; line-height: 1.3 }
main { padding: 1.5rem 1.25rem 3rem }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1rem;
  padding: 0; list-style: none }
.figures li { background: #%(shade)s; padding: 1rem }
.figures strong { display: block; font-size: 1.6rem; color: #%(accent)s }
blockquote { border-left: 4px solid #%(accent)s; margin: 1.5rem 0; padding: .3rem 0 .3rem 1.2rem;
  font-size: 1.15rem }
blockquote footer { font-size: .9rem; color: #%(muted)s }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%%; font-size: .93rem }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem }
th { background: #%(accent)s; color: #fff; text-align: left }
th, td { padding: .5rem .7rem; vertical-align: top; border-bottom: 1px solid #%(rule)s }
"""


def address_of(asset: Authored) -> str:
    """Where the page stands on the company's (invented) web site."""
    section = _SECTIONS.get(asset.content_type, "insights")
    slug = asset.external_id.partition("-")[2]
    return f"{theme.SITE}/{section}/{slug}"


def write(asset: Authored, look: theme.Look, today: date) -> bytes:
    """The page's bytes, UTF-8."""
    parsed = blocks.parse(asset.body)
    title, lead, rest = asset.title, "", parsed
    if parsed and isinstance(parsed[0], blocks.Heading):
        title, rest = blocks.plain(parsed[0].text), parsed[1:]
    if rest and isinstance(rest[0], blocks.Paragraph):
        lead, rest = _inline(rest[0].text), rest[1:]
    main = "\n".join(_laid_out(block) for block in rest)
    published = asset.facts["published_days_ago"]
    issued = date.fromordinal(today.toordinal() - published)
    style = _STYLE % {
        "accent": look.accent,
        "body": theme.BODY,
        "ink": theme.INK,
        "shade": theme.SHADE,
        "muted": theme.MUTED,
        "rule": theme.RULE,
    }
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(asset.title)} | {theme.COMPANY}</title>
<link rel="canonical" href="{address_of(asset)}">
<meta name="description" content="{escape(asset.summary)}">
<meta property="og:title" content="{escape(asset.title)}">
<meta property="og:type" content="article">
<meta property="article:published_time" content="{issued.isoformat()}">
<style>{style}</style>
</head>
<body>
<header class="site"><nav aria-label="Main">
<a class="brand" href="{theme.SITE}/">{theme.COMPANY}</a>
<a href="{theme.SITE}/products">Products</a>
<a href="{theme.SITE}/customers">Customers</a>
<a href="{theme.SITE}/insights">Insights</a>
<a href="{theme.SITE}/support">Support</a>
<a href="{theme.SITE}/contact">Book a site walk</a>
</nav></header>
<main>
<article>
<div class="hero"><div>
<p class="kicker">{escape(look.kicker)}</p>
<h1>{escape(title)}</h1>
<p>{lead}</p>
</div></div>
{main}
</article>
</main>
<footer class="site"><div>
<p>{theme.COMPANY}. {theme.TAGLINE}.</p>
<nav aria-label="Footer"><a href="{theme.SITE}/privacy">Privacy</a>
<a href="{theme.SITE}/imprint">Imprint</a> <a href="{theme.SITE}/careers">Careers</a></nav>
</div></footer>
</body>
</html>
""".encode()


def _inline(text: blocks.Text) -> str:
    written = []
    for run in text:
        words = escape(run.text, quote=False).replace("\n", "<br>")
        words = f"<strong>{words}</strong>" if run.bold else words
        written.append(f"<em>{words}</em>" if run.italic else words)
    return "".join(written)


def _laid_out(block: blocks.Block) -> str:
    match block:
        case blocks.Heading(level=level, text=text):
            return f"<h{level}>{_inline(text)}</h{level}>"
        case blocks.Paragraph(text=text):
            return f"<p>{_inline(text)}</p>"
        case blocks.Bullets(items=items, ordered=ordered):
            tag = "ol" if ordered else "ul"
            entries = "".join(f"<li>{_inline(item)}</li>\n" for item in items)
            return f"<{tag}>\n{entries}</{tag}>"
        case blocks.Table(header=header, rows=rows):
            return _table("", header, rows)
        case blocks.Quote(text=text, source=source):
            said = f"<p>{_inline(text)}</p>"
            return f"<blockquote>{said}<footer>{escape(source, quote=False)}</footer></blockquote>"
        case blocks.Figures(items=figures):
            entries = "".join(
                f"<li><strong>{escape(number)}</strong> {escape(caption)}</li>"
                for number, caption in figures
            )
            return f'<ul class="figures">{entries}</ul>'
        case blocks.Bars(title=title, items=bars):
            rows = tuple(((blocks.Run(label),), (blocks.Run(f"{v:,g}"),)) for label, v in bars)
            return _table(title, (), rows)


def _table(
    caption: str, header: tuple[blocks.Text, ...], rows: tuple[tuple[blocks.Text, ...], ...]
) -> str:
    head = "".join(f'<th scope="col">{_inline(text)}</th>' for text in header)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{_inline(text)}</td>" for text in row) + "</tr>" for row in rows
    )
    named = f"<caption>{escape(caption)}</caption>" if caption else ""
    top = f"<thead><tr>{head}</tr></thead>" if head else ""
    return f'<div class="wide"><table>{named}{top}<tbody>\n{body}\n</tbody></table></div>'
