"""The parts of the case's paper that tell how it was judged: verdicts, rulings, evidence, timeline."""

from __future__ import annotations

from care.models.money import Money
from care.models.refund import CaseEvidence, CaseFile, CaseRuling, Verdict
from care.paper.case_data import Pictures
from care.paper.sheet import Sheet
from care.paper.wording import moment, plain


def verdicts(sheet: Sheet, case: CaseFile) -> None:
    sheet.heading("What the machine concluded")
    told = case.verdicts or ([case.verdict] if case.verdict else [])
    if not told:
        sheet.note("The case has not been assessed.")
    for n, verdict in enumerate(told, start=1):
        _verdict(sheet, n, verdict)


def _verdict(sheet: Sheet, n: int, verdict: Verdict) -> None:
    decided = "approve" if verdict.decision == "approve" else "uncertain: a person decides"
    sheet.facts(
        [
            (f"Assessment {n}", f"{decided}, {round(verdict.confidence * 100)} % sure that the claim is valid"),
            ("Model and prompt", f"{verdict.model}, prompt {verdict.prompt_version or 'none'}"),
            ("Policy version", verdict.policy_version),
            *(("Finding", finding) for finding in verdict.findings),
            *(("Item", f"{i.sku}: {i.decision}, {round(i.confidence * 100)} %") for i in verdict.items),
            *(("Signal", f"{s.name} ({s.weight}): {s.sentence}") for s in verdict.signals),
            *(("Why a person", reason) for reason in verdict.reasons),
        ]
    )
    sheet.ln(2)


def rulings(sheet: Sheet, case: CaseFile) -> None:
    sheet.heading("What people decided")
    if not case.decisions:
        sheet.note("Nobody has ruled on the case.")
    for ruling in case.decisions:
        when = moment(ruling.at) if ruling.at else "time not recorded"
        sheet.entry(f"{when}   {plain(ruling.decision)}, by {ruling.reviewer}", _ruled(ruling, case.amount.currency))


def _ruled(ruling: CaseRuling, currency: str) -> str:
    amount = ruling.amount
    if isinstance(amount, int):
        amount = Money(amount=amount, currency=currency)
    lines = [
        f"Amount: {amount.with_code()}" if amount else "",
        f"Items: {', '.join(f'{each.quantity} of {each.sku}' for each in ruling.items)}" if ruling.items else "",
        f"Status: {plain(ruling.before or 'unknown')} to {plain(ruling.after)}" if ruling.after else "",
        f"Note: {ruling.note}" if ruling.note else "",
    ]
    return "\n".join(line for line in lines if line)


def evidence(sheet: Sheet, case: CaseFile, pictures: Pictures) -> None:
    sheet.heading("Evidence")
    if not case.evidence:
        sheet.note("The customer sent no file.")
    for file in case.evidence:
        shown = pictures.get(file.evidence_id, [])
        hashes = [("SHA-256 as sent", file.original_sha256), ("SHA-256 as kept", file.sha256)]
        sheet.proof(shown, _file(file) + ([] if shown else [("Picture", "none can be shown of this file")]), hashes)


def _file(file: CaseEvidence) -> list[tuple[str, str]]:
    facts = file.facts
    pages = f", {facts.pages} pages" if facts.pages else ""
    return [
        ("File", f"{file.evidence_id}: {file.file_name}"),
        ("Kind and size", f"{file.media_type}, {file.bytes:,} bytes{pages}"),
        ("Received", moment(file.created_at)),
        ("Taken, by the file", moment(facts.captured_at) if facts.captured_at else "no date in the file"),
        ("Device, by the file", facts.device or ""),
    ]


def timeline(sheet: Sheet, case: CaseFile) -> None:
    sheet.heading("Timeline")
    for entry in case.timeline:
        sheet.entry(f"{moment(entry.at)}   {plain(entry.event)}, by {entry.actor}", entry.detail)
