"""Trying a candidate policy: it is checked, compared, and closed cases are ruled again under it. Nothing is changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from nicegui import ui
from nicegui.events import UploadEventArguments

from care.models.policy import RefundPolicy
from care.policy import MOST_BYTES, BadPolicy, parse_candidate, policy_text
from care.replaying import Report, replay_stored
from care.rules.policy_replay import Change
from ui.language import _, mark, retold
from ui.parts.elements import banner, box, button, card, draft, icon, telling, text, warn
from ui.parts.policy_outcome import outcome
from ui.parts.policy_versions import changed, same
from ui.parts.policy_words import differences
from ui.visit import Visit

MOST_CASES = 2000
_MOST_PROBLEMS = 20
_TIMES = {30: mark("30 days"), 90: mark("90 days"), 365: mark("a year")}
_LOOK_EVERY = 0.3  # seconds between two looks at how far a replay has come
# Each process rules one candidate at a time: it has people to serve besides.
_turn = asyncio.Lock()


async def trial(visit: Visit) -> None:
    _Trial(visit).draw()


class _Trial:
    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._under_way = False

    def draw(self) -> None:
        how = _(
            "Nothing here puts a policy in force. To do that, save it as a file on the server, name the file in "
            "{setting}, and restart worker and web.",
            setting="CARE_POLICY_FILE",
        )
        banner("info", how)
        with card(_("The candidate")):
            with box("line wraps"):
                button(_("Start from the one in force"), self._current, symbol="content_copy", look="outline")
                self._upload()
            self._text = ui.textarea(_("Policy, as YAML")).classes("yaml")
            self._text.props(f"outlined debounce=400 maxlength={MOST_BYTES} spellcheck=false input-class=mono rows=14")
            draft(self._text, "policy candidate")
            with box("line between wraps"):
                times = {days: _(said) for days, said in _TIMES.items()}
                self._days = ui.select(times, value=90, label=_("Cases of the last")).props("outlined dense")
                self._days.classes("choose-time")
                self._go = button(_("Check and replay"), self._run, symbol="play_arrow")
        self._result = box("stack loose arrived-at").props("aria-live=polite")

    def _upload(self) -> None:
        async def received(event: UploadEventArguments) -> None:
            upload.reset()
            content = await event.file.read() if event.file.size() <= MOST_BYTES else b""
            try:
                self._text.value = content.decode("utf-8")
            except UnicodeDecodeError:
                warn(_("This file is not text."))

        def refused() -> None:
            warn(_("This file is too long: a policy has at most {n} kB.", n=MOST_BYTES // 1000))

        upload = ui.upload(on_upload=received, on_rejected=refused, max_file_size=MOST_BYTES, auto_upload=True)
        upload.props('accept=".yaml,.yml,text/yaml" aria-hidden=true tabindex=-1').classes("hidden-upload")
        chooser = f"() => getElement({upload.id}).$refs.qRef.pickFiles()"
        button(_("Open a file"), lambda: None, symbol="upload_file", look="outline").on("click", js_handler=chooser)

    async def _current(self) -> None:
        self._text.value = await asyncio.to_thread(policy_text, self._visit.settings.policy_file)

    async def _run(self) -> None:
        if self._under_way:
            return
        self._under_way = True
        self._go.disable()
        self._result.clear()
        try:
            with self._result, telling():
                await self._tried()
        except BadPolicy as error:
            self._refuse(error.problems)
        finally:
            self._under_way = False
            self._go.enable()

    async def _tried(self) -> None:
        content = str(self._text.value or "").encode("utf-8", "replace")
        candidate = await asyncio.to_thread(parse_candidate, content)
        current = self._visit.services.client.policy
        with card(_("What it changes"), side=candidate.version):
            if same(current, candidate):
                text(_("Nothing: it says the same as the policy in force."), "mute")
            else:
                changed(differences(current, candidate))
        with card() as waiting, box("line").props("role=status"):
            ui.spinner(size="22px").props("aria-hidden=true")
            self._progress = text(_("Closed cases are being ruled again …"), "grow")
        changes: list[Change] = []
        report = await self._replayed(candidate, changes)
        waiting.delete()
        if report:
            told = {"cases": str(report.cases), "changed": str(report.changed)}
            await self._visit.services.note(self._visit.principal, "policy_replayed", candidate.version, **told)
            outcome(report, changes, MOST_CASES)
            self._into_view()

    def _into_view(self) -> None:
        ui.run_javascript(f"getHtmlElement({self._result.id}).scrollIntoView()")

    async def _replayed(self, candidate: RefundPolicy, changes: list[Change]) -> Report | None:
        """None if nobody waits for it any more."""
        since = self._visit.today() - timedelta(days=int(self._days.value))
        report, stores = Report(), self._visit.services.stores
        if _turn.locked():
            self._progress.text = _("Another replay is under way: yours is next.")
        async with _turn:
            replaying = replay_stored(stores, candidate, since, changes.append, report, most=MOST_CASES)
            return await _followed(asyncio.create_task(replaying), lambda: self._tell(report))

    def _tell(self, report: Report) -> bool:
        if not self._result.is_deleted:
            self._progress.text = _("{n} closed cases are ruled again …", n=report.cases)
        return not self._result.is_deleted

    def _refuse(self, problems: list[str]) -> None:
        with self._result, box("card").props("role=alert"):
            with box("line"):
                icon("error_outline")
                text(_("This is no policy yet"), tag="h2")
            with box("findings", tag="ul"):
                for problem in problems[:_MOST_PROBLEMS]:
                    text(_told(problem[:300]), tag="li")
            if len(problems) > _MOST_PROBLEMS:
                text(_("And {n} more.", n=len(problems) - _MOST_PROBLEMS), "mute")
        self._into_view()


def _told(problem: str) -> str:
    """ "candidate, line 5: `assessments` is missing", for somebody who has but one file before them."""
    where, _sign, what = problem.partition(": ")
    _name, _word, line = where.partition(", line ")
    said = retold(what)
    return _("Line {line}: {problem}.", line=line, problem=said) if line else f"{said}."


async def _followed(task: asyncio.Task[Report], tell: Callable[[], bool]) -> Report | None:
    """What the task comes to. It is given up once `tell` says that nobody looks."""
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=_LOOK_EVERY)
            if not tell():
                return None
        return await task
    finally:
        task.cancel()
