"""The use cases: one per file, one write path, the same guards for every door.

Each takes the context first; ``ref`` is an id or a number. A refusal is ``Refused`` with the findings of the first guard stage that
failed; nothing is stored then. ``create``, ``update`` and ``act`` take ``text=True`` from doors that know only texts (forms, files).

====================  ===================================================================================================
``create``            ``create(context, entity_type, data) -> Outcome``
``update``            ``update(context, entity_type, ref, data, version=None) -> Outcome``
``act``               ``act(context, entity_type, ref, action, inputs={}, version=None) -> Outcome``
``delete``            ``delete(context, entity_type, ref, version=None) -> None``
``read``              ``read(context, entity_type, ref) -> RecordView``; ``linked(..., relation) -> tuple[LinkView, ...]``; ``reveal(..., path)``
``search``            ``search(context, entity_type, SearchCommand()) -> SearchPage``
``actions``           ``available(context, entity_type, ref) -> tuple[ActionState, ...]``
``note``              ``add_note(context, entity_type, ref, text) -> Note``; ``notes(context, entity_type, ref) -> tuple[Note, ...]``
``attach``            ``attach(context, entity_type, ref, name, stream) -> Attachment``; ``attachments(...)``; ``fetch(..., attachment_id) -> (Attachment, bytes)``
``history``           ``history(context, entity_type, ref, limit=50, cursor="") -> HistoryPage``
``bulk``              ``preview(context, entity_type, BulkCommand) -> BatchReport``; ``apply(...) -> Iterator[RowResult]``
``importing``         ``import_file(context, entity_type, stream, ImportCommand()) -> BatchReport``
``exporting``         ``export_csv(context, entity_type, SearchCommand()) -> Iterator[bytes]``; ``export_json_lines(...)``
``assign``            ``assign(context, entity_type, ref, unit="", user="", version=None) -> Outcome``
``claim``             ``claim(context, entity_type, ref) -> Outcome``
``explaining``        ``explain_action(context, entity_type, ref, action) -> tuple[Why, ...]``; ``provenance(runtime, path)``
``output``            ``record_json(entity, view)``, ``row_json(entity, record, references)``: the JSON of a record, the same for every door
``scenarios``         ``run_all(model, operations) -> tuple[ScenarioResult, ...]``; ``coverage(model, results)``
``demo``              ``demo_actor(model, login)``; ``load_memberships(connection, model)``; ``load_records(context) -> int``
``operations``        ``installed()``; ``unknown_operations(model, operations) -> tuple[Problem, ...]``
``policy``            ``may(runtime, actor, verb, entity_type, *, field="", record=None, graph=None)``; ``access_filter(runtime, actor, entity_type, verb)``
====================  ===================================================================================================
"""
