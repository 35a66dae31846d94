"""`contentlib check`."""

import click

from contentlib.checking import (
    check_files,
    check_index,
    check_library,
    check_metrics,
    check_spool,
)
from web.cli.opening import library_of, print_json, say


@click.command()
@click.option("--index", "index_", is_flag=True, help="Only the search index.")
@click.option("--files", is_flag=True, help="Only the stored files (reads them all).")
@click.option("--metrics", is_flag=True, help="Only the numbers: recomputed from events.")
@click.option("--repair", is_flag=True, help="Mend what is derived; bring in spooled events.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_context
def check(
    ctx: click.Context, index_: bool, files: bool, metrics: bool, repair: bool, as_json: bool
) -> None:
    """Compare what is derived with the truth; exit 1 when something differs."""
    everything = not (index_ or files or metrics)
    with library_of(ctx) as library:
        findings = [] if not everything else check_library(library)
        if everything:
            findings += check_spool(library, repair=repair)
        if metrics or everything:
            findings += check_metrics(library, repair=repair)
        if index_ or everything:
            findings += check_index(library, repair=repair)
        if files or everything:
            findings += check_files(library)
    left = [f for f in findings if not (repair and f.repairable)]
    for finding in findings:
        mended = " (repaired)" if repair and finding.repairable else ""
        say(f"{finding.part}: {finding.sentence}{mended}")
    if as_json:
        told = [{"part": f.part, "message": f.sentence} for f in findings]
        print_json({"ok": not left, "findings": told})
    if not findings:
        say("Everything agrees.")
    ctx.exit(1 if left else 0)
