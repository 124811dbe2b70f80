"""What the three clients share: the connection, the stores, and the rules that are checked before anything starts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeTaskQueueResponse
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError

from care.errors import KeyReused, Unavailable, missing
from care.gateways.payments import PaymentGateway
from care.models.common import milliseconds
from care.models.policy import RefundPolicy
from care.models.standing import QueueKind, QueueState
from care.stores import Stores
from care.temporal import EncryptionCodec

# An update that only thinks; one that may wait for a model and its retries; a look at live state.
UPDATE = timedelta(seconds=20)
# To open a case takes as long as an update, but many may be opened at once, and who gave up would only ask again.
OPENING = timedelta(seconds=60)
TURN = timedelta(seconds=90)
LOOK = timedelta(seconds=3)
CONNECT = timedelta(seconds=5)
# A worker asks for work at least this often: Temporal holds each of its questions for a minute. One that was killed
# is missed after this time.
POLL = timedelta(seconds=70)
_QUEUES: dict[QueueKind, int] = {
    "workflow": TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    "activity": TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
}


def anothers_key() -> KeyReused:
    """Two customers have used the same `once`: the later one hears nothing of what the first has made."""
    return KeyReused("This key was used before: use a new key for a new call.")


class Gate:
    """`temporal` may be lazy: the first call connects. `task_queue` is where the workers listen."""

    def __init__(
        self,
        temporal: Client,
        stores: Stores,
        policy: RefundPolicy,
        payments: PaymentGateway,
        *,
        task_queue: str = "care",
        allow_subdaily: bool = False,
        temporal_ui_url: str = "",
    ) -> None:
        self._temporal = temporal
        self._stores = stores
        self._policy = policy
        self._payments = payments
        self._task_queue = task_queue
        self._allow_subdaily = allow_subdaily
        self._ui = temporal_ui_url.rstrip("/")
        self._connected = False

    @property
    def policy(self) -> RefundPolicy:
        """The refund policy of this process; a case keeps the one under which its workflow holds it."""
        return self._policy

    @property
    def codec(self) -> EncryptionCodec:
        """What seals and opens the payloads of histories."""
        codec = self._temporal.data_converter.payload_codec
        assert isinstance(codec, EncryptionCodec)  # noqa: S101  care.temporal.connect made it
        return codec

    def workflow_url(self, workflow_id: str) -> str | None:
        """Where staff read the workflow in the Temporal Web UI; None where there is none."""
        return f"{self._ui}/namespaces/{self._temporal.namespace}/workflows/{workflow_id}" if self._ui else None

    async def connect(self) -> None:
        """Raises Unavailable while Temporal cannot be reached. Later calls cost nothing."""
        if self._connected:
            return
        try:
            await self._temporal.service_client.check_health(timeout=CONNECT)
        except (RuntimeError, RPCError) as error:  # a lazy client that cannot connect raises RuntimeError
            raise Unavailable("Temporal cannot be reached. Please try again in a moment.") from error
        self._connected = True

    async def ready(self) -> None:
        """Raises Unavailable unless Temporal answers and a worker has asked it for work lately."""
        if not await self.is_worked():
            raise Unavailable("No worker is asking for work: start one with `care worker`.")

    async def is_worked(self) -> bool:
        """Whether a worker has asked Temporal for work lately. Raises Unavailable while Temporal does not answer."""
        await self.connect()
        answer = await self._described(TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW)
        freshest = max((poller.last_access_time.ToDatetime(UTC) for poller in answer.pollers), default=None)
        return freshest is not None and datetime.now(UTC) - freshest <= POLL

    async def queues(self) -> list[QueueState]:
        """How much waits for the workers, as Temporal counts it. Raises Unavailable."""
        await self.connect()
        return [_state(kind, await self._described(number, stats=True)) for kind, number in _QUEUES.items()]

    async def _described(self, kind: int, *, stats: bool = False) -> DescribeTaskQueueResponse:
        request = DescribeTaskQueueRequest(
            namespace=self._temporal.namespace,
            task_queue=TaskQueue(name=self._task_queue),
            task_queue_type=kind,  # type: ignore[arg-type]
            report_stats=stats,
        )
        try:
            return await self._temporal.workflow_service.describe_task_queue(request, timeout=CONNECT)
        except RPCError as error:
            raise Unavailable("Temporal cannot be reached.") from error

    async def _evidence_of(self, customer_id: str, evidence_ids: list[str]) -> list[str]:
        """The ids without repetitions. Raises NotFound for one that is unknown or somebody else's."""
        for evidence_id in dict.fromkeys(evidence_ids):
            evidence = await self._stores.evidence.get(evidence_id)
            if evidence.customer_id != customer_id:
                raise missing("evidence", evidence_id)
        return list(dict.fromkeys(evidence_ids))


def _state(kind: QueueKind, told: DescribeTaskQueueResponse) -> QueueState:
    fresh = datetime.now(UTC) - POLL
    return QueueState(
        kind=kind,
        backlog=told.stats.approximate_backlog_count,
        age=told.stats.approximate_backlog_age.ToTimedelta().total_seconds(),
        added=told.stats.tasks_add_rate,
        dispatched=told.stats.tasks_dispatch_rate,
        pollers=[each.identity for each in told.pollers if each.last_access_time.ToDatetime(UTC) >= fresh],
    )


def attributes(*pairs: SearchAttributePair) -> TypedSearchAttributes:  # type: ignore[type-arg]
    return TypedSearchAttributes(list(pairs))


def now() -> datetime:
    """This moment in UTC, to the millisecond, as it is stored."""
    return milliseconds(datetime.now(UTC))
