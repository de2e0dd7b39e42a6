"""Effects that say something: a note on the record, or a refusal that undoes everything."""

from packdesk.errors import Finding, Refused
from packdesk.model.characters import says_nothing
from packdesk.records.drafts import Draft
from packdesk.records.effects.protocol import Performed, Prepared
from packdesk.runtime.tags import fill


def add_note(draft: Draft, prepared: Prepared) -> Performed:
    """Add a shared note; a text without content adds none."""
    text = str(prepared.arguments.get("text") or "").strip()
    return Performed(draft=draft if says_nothing(text) else draft.with_note(text), result=None if says_nothing(text) else text)


def fail(draft: Draft, prepared: Prepared) -> Performed:
    """Refuse the whole change with the pack's own sentence."""
    message = prepared.arguments.get("message")
    language = draft.work.context.language
    texts = {language: fill(str(message), draft.entity, draft.environment, language)} if message else {}
    origin = draft.work.runtime.model.origin(prepared.effect.path)
    action = draft.action.action.id if draft.action else ""
    raise Refused([Finding(code="check_failed", action=action, rule=prepared.effect.path, origin=str(origin) if origin else "", texts=texts)])
