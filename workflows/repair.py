"""What `care repair` does to workflows, of whatever kind: look at each beside what MongoDB holds, end it, start it.

Two ways. With workers, whichever of the two is ahead is right. Without any, MongoDB is right in everything: then
nothing that was called off since is done meanwhile.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle, WorkflowHistoryEventFilterType
from temporalio.common import QueryRejectCondition, SearchAttributePair, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from care.errors import Gone, SetupError, Unavailable
from care.models.data_key import names_data_key
from care.rules.repair import Finding, Mend
from care.stores.projections import Document, ProjectionStore
from care.temporal import CUSTOMER, named_key
from workflows.failures import Closed, answered
from workflows.gate import UPDATE, Gate, attributes
from workflows.repair_ids import KINDS, business_ids

AT_ONCE = 20
# A step under way writes its two places one after the other: what differs is looked at again.
LOOKS = 3
PAUSE = 1.0  # seconds
# Stands in the history of a workflow that we have ended: another may take its place.
BEHIND = "care repair: MongoDB is ahead of it"
UNREADABLE = "care repair: the key of its history is lost"


class Unclear(Exception):
    """There is a workflow, and what it holds cannot be told."""


class Unreadable(Exception):
    """The key under which its history lies is not in MongoDB; `of` is the customer whose it is, as far as is known."""

    def __init__(self, of: str) -> None:
        self.of = of
        super().__init__(of)


@dataclass
class Seen:
    """One of them in MongoDB (`document` as it lies there, `stored` if it can be read) and in its workflow."""

    business_id: str
    handle: WorkflowHandle[Any, Any]
    document: Document | None
    stored: Any
    live: Any


class Repair(Gate, ABC):
    """Of one kind of workflow, by the prefix of its ids. `looked_at` counts those compared so far.

    `give_up`: what nobody can read is ended. `from_mongodb`: MongoDB is right, and no worker runs.
    """

    prefix: str
    noun: str
    # The workflow's query, and what it returns in the end; whether these are what MongoDB keeps of it.
    state: Any
    result: type | None = None
    stored_alike = True
    # What matters of those that MongoDB keeps; of those that Temporal keeps, whether the ended ones do, too.
    alive: Document = {}
    running_only = False
    begun_since = ""
    give_up = False
    from_mongodb = False
    looked_at = 0
    # Data keys that were made since the last restore may have come in the place of one that is lost.
    _restored: datetime | None = None

    async def findings(self, *, dry_run: bool) -> AsyncIterator[Finding]:
        """What was wrong, as it is found and mended. Raises Unavailable while Temporal or every worker is away;
        `from_mongodb`, SetupError while one is there."""
        await self._begin()
        projections = self._projections()
        async for ids in projections.ids(self.alive):
            for finding in await self._compare(projections, ids, dry_run=dry_run):
                yield finding
        statuses = "'Running'" if self.from_mongodb or self.running_only else "'Running', 'Completed'"
        async for ids in business_ids(self._temporal, self._task_queue, self.prefix, statuses):
            unknown = sorted(set(ids) - await projections.known(ids, self.alive))
            for finding in await self._compare(projections, unknown, dry_run=dry_run):
                yield finding

    @abstractmethod
    def _projections(self) -> ProjectionStore[Any]: ...

    @abstractmethod
    async def _held_against(self, seen: Seen) -> tuple[Mend, str]:
        """What is to be done, and why. Raises Unclear, Unreadable."""

    @abstractmethod
    def _is_over(self, stored: Any) -> bool: ...

    @abstractmethod
    async def _store(self, seen: Seen) -> bool:
        """The workflow's state in the place of what was seen; False if that has changed since. Raises Unclear."""

    @abstractmethod
    async def _start(self, stored: Any) -> bool:
        """A workflow that takes up where MongoDB stands; False if one runs."""

    async def _beside(self, seen: Seen, *, dry_run: bool) -> list[Finding]:
        """What else is wrong with it, once the two agree."""
        return []

    async def _begin(self) -> None:
        await self.connect()
        if self.from_mongodb:
            if await self.is_worked():
                raise SetupError(
                    "A worker has asked for work within the last minute: stop all of them, and wait a minute."
                )
        else:
            await self.ready()
        last = await self._stores.audit.page(acts=["restored"], limit=1)
        self._restored = last.items[0].at if last.items else None

    async def _compare(self, projections: ProjectionStore[Any], ids: list[str], *, dry_run: bool) -> list[Finding]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(business_id: str) -> list[Finding]:
            async with gate:
                return await self._one(projections, business_id, dry_run=dry_run)

        self.looked_at += len(ids)
        found = await asyncio.gather(*(one(each) for each in ids))
        return [finding for each in found for finding in each if finding.mend is not Mend.NONE]

    async def _one(self, projections: ProjectionStore[Any], business_id: str, *, dry_run: bool) -> list[Finding]:
        workflow_id = KINDS[self.prefix][1] + business_id
        handle = self._temporal.get_workflow_handle(workflow_id, result_type=self.result)
        seen = Seen(business_id, handle, None, None, None)
        try:
            for look in range(LOOKS):
                if look:
                    await asyncio.sleep(PAUSE)
                document = await projections.raw(business_id)
                stored = projections.read(document) if document else None
                seen = Seen(business_id, handle, document, stored, None)
                mend, found = await self._look(seen, projections)
                if mend is Mend.NONE or self.from_mongodb:
                    break
            done = mend not in (Mend.NONE, Mend.PERSON) and not dry_run and await self._mended(mend, seen)
            beside = [] if self.from_mongodb else await self._beside(seen, dry_run=dry_run)
        except Unclear as why:
            return [self._finding(business_id, Mend.PERSON, str(why))]
        except Unreadable as why:
            return [await self._unreadable(seen, why, dry_run=dry_run)]
        return [self._finding(business_id, mend, found, done=done), *beside]

    async def _look(self, seen: Seen, projections: ProjectionStore[Any]) -> tuple[Mend, str]:
        if self.from_mongodb:
            return await self._without_workers(seen)
        live = await self._last_state(seen.handle)
        if seen.document and not seen.stored and not live:
            raise Unclear("the lists keep nothing readable of it, and no workflow has it")
        seen.live = projections.as_stored(live) if live is not None and self.stored_alike else live
        return await self._held_against(seen)

    async def _without_workers(self, seen: Seen) -> tuple[Mend, str]:
        runs = await self._status(seen.handle) is WorkflowExecutionStatus.RUNNING
        if seen.stored is None:
            return (Mend.PERSON, "its workflow runs, and MongoDB does not know it") if runs else (Mend.NONE, "")
        if self._is_over(seen.stored):
            return (Mend.END, "its workflow ran, and it is over") if runs else (Mend.NONE, "")
        return (Mend.RESTART, "its workflow is put aside") if runs else (Mend.START, "it had no workflow")

    async def _mended(self, mend: Mend, seen: Seen, reason: str = BEHIND) -> bool:
        """False, too, if it has changed in this moment: the next repair looks again."""
        if mend is Mend.STORE:
            return await self._store(seen)
        if mend is not Mend.START:
            await self._ended(seen.handle, reason)
        return await self._start(seen.stored) if mend in (Mend.START, Mend.RESTART) else True

    async def _unreadable(self, seen: Seen, why: Unreadable, *, dry_run: bool) -> Finding:
        """What is known of it goes on from there, if that was asked for: the key may still come back."""
        of = f" of customer {why.of}" if why.of else ""
        found = f"the history of its workflow{of} cannot be read: its key is not in MongoDB"
        if not self.give_up:
            advice = "put a later backup of the keys beside it with `care restore`, or give it up with --give-up"
            return self._finding(seen.business_id, Mend.PERSON, f"{found}; {advice}")
        mend = Mend.GIVE_UP if seen.stored is None else Mend.END if self._is_over(seen.stored) else Mend.RESTART
        if mend is Mend.GIVE_UP:
            found += f", and it began after the backup: {self.begun_since}"
        done = not dry_run and await self._mended(mend, seen, UNREADABLE)
        return self._finding(seen.business_id, mend, found, done=done)

    def _finding(self, business_id: str, mend: Mend, found: str, *, done: bool = False) -> Finding:
        return Finding(subject=f"{self.noun} {business_id}", mend=mend, found=found, done=done)

    async def _last_state(self, handle: WorkflowHandle[Any, Any]) -> Any:
        """Running or ended; None where there is none, or one that we have ended. Raises Unclear, Unreadable."""
        await self._check_readable(handle, always=False)
        try:
            async with answered(UPDATE):
                return await handle.query(self.state, reject_condition=QueryRejectCondition.NOT_OPEN)
        except Unavailable:
            await self._check_readable(handle, always=True)
            await self.ready()  # if nobody answers anything, the repair ends here
            raise Unclear("its workflow does not answer: look at it in the Temporal Web UI") from None
        except Closed:
            pass
        return await self._result(handle)

    async def _result(self, handle: WorkflowHandle[Any, Any]) -> Any:
        status = await self._status(handle)
        if status is None:
            return None
        if status is WorkflowExecutionStatus.COMPLETED:
            try:
                return await handle.result()
            except Gone:
                raise Unclear("its history was made unreadable for good: was its customer erased?") from None
        if status is WorkflowExecutionStatus.TERMINATED and await self._was_ended_by_us(handle):
            return None
        raise Unclear(f"its workflow has ended as {status.name.lower()}, and nobody goes on with it")

    async def _status(self, handle: WorkflowHandle[Any, Any]) -> WorkflowExecutionStatus | None:
        """None where there is none."""
        try:
            return (await handle.describe()).status
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise

    async def _was_ended_by_us(self, handle: WorkflowHandle[Any, Any]) -> bool:
        closing = WorkflowHistoryEventFilterType.CLOSE_EVENT
        async for event in handle.fetch_history_events(event_filter_type=closing):
            reason = event.workflow_execution_terminated_event_attributes.reason
            return reason in (BEHIND, UNREADABLE)
        return False

    async def _check_readable(self, handle: WorkflowHandle[Any, Any], *, always: bool) -> None:
        """Reads the history only where there is reason to doubt, unless `always`. Raises Unreadable, Unclear."""
        key = await self._stores.data_keys.of(handle.id)
        if key is not None and key.wrapped is None:
            raise Unclear("its history was made unreadable for good: was its customer erased? Erase them again")
        doubtful = key is None or (self._restored is not None and key.created_at >= self._restored)
        if not (always or doubtful):
            return
        try:
            named = await self._key_of_history(handle)
            if named and names_data_key(named) and await self._stores.data_keys.find(named) is None:
                found = (await handle.describe()).typed_search_attributes.get(CUSTOMER)
                raise Unreadable(found or "")
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def _key_of_history(self, handle: WorkflowHandle[Any, Any]) -> str:
        async for event in handle.fetch_history_events(page_size=1):
            started = event.workflow_execution_started_event_attributes
            return next((named for payload in started.input.payloads if (named := named_key(payload))), "")
        return ""

    async def _begun(self, run: Any, stored: Any, workflow_id: str, *pairs: SearchAttributePair[Any]) -> bool:
        """Only in the place of one that was looked at: it has ended, or we have ended it. False if one runs."""
        try:
            await self._temporal.start_workflow(
                run,
                stored,
                id=workflow_id,
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                search_attributes=attributes(*pairs),
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def _ended(self, handle: WorkflowHandle[Any, Any], reason: str) -> None:
        """Safe to repeat."""
        try:
            await handle.terminate(reason=reason)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:  # it has ended, or there never was one
                raise
