"""The records that one actor may see, without what is closed to him, as a graph; what is shown of other records on the way, such as titles, is made of nothing else."""

from dataclasses import dataclass, replace

from packdesk.records import policy
from packdesk.records.screening import screen_of
from packdesk.runtime.compile import Runtime
from packdesk.runtime.values import Actor, Graph, Record, Related


@dataclass(frozen=True, slots=True)
class SeenGraph:
    """Walks like the graph below it, and finds nothing where the actor may not look."""

    graph: Graph
    runtime: Runtime
    actor: Actor

    def get(self, entity_type: str, record_id: str) -> Record | None:
        """Return a live record that the actor may see."""
        return self._seen(self.graph.get(entity_type, record_id)) if self._views(entity_type) else None

    def related(self, record: Record, relation: str) -> tuple[Related, ...]:
        """Return the records at the other end of a relation that the actor may see."""
        found = ((other, self._seen(other.record)) for other in self.graph.related(record, relation))
        return tuple(replace(other, record=seen) for other, seen in found if seen is not None)

    def by_key(self, entity_type: str, key: str) -> Record | None:
        """Return the record with this key if the actor may see it."""
        return self._seen(self.graph.by_key(entity_type, key)) if self._views(entity_type) else None

    def user_units(self, login: str) -> frozenset[str]:
        """Return the units of a user."""
        return self.graph.user_units(login)

    def _views(self, entity_type: str) -> bool:
        return policy.views(self.runtime, self.actor, entity_type)

    def _seen(self, record: Record | None) -> Record | None:
        if record is None or not self._views(record.entity_type) or not policy.is_open(self.runtime, self.actor, "view", record, self.graph):
            return None
        return screen_of(self.runtime, self.actor, record.entity_type).over(record)
