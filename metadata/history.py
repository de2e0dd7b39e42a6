"""A plausible past for the demo: customers, their accounts, requests, activities, leads and calls, made up but realistic.

``history()`` yields steps for ``packdesk.records.demo.play`` in the order of time; the same seed gives the same past. A value
that is a text beginning with ``=`` names a record of an earlier step.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Step = Mapping[str, object]

FIRST = (
    "Adam Alina Amir Anja Anton Astrid Ben Bianca Boris Carla Clara Clemens Dagmar Daniel Daria David Dilara Dora Edgar Elena Elif Emil Emma Erik Esra Eva "
    "Fabian Fatma Felix Finn Florian Frieda Georg Greta Hanna Hannes Heike Helene Henri Hugo Ida Igor Ilse Ines Ingo Irina Jakob Jana Jasmin Joachim Johanna "
    "Jonas Josef Judith Julia Kai Karim Karin Katja Kerstin Klara Konrad Lars Laura Leila Leon Leonie Lilian Linus Lisa Lorenz Luca Lukas Luise Magda Malik "
    "Manfred Mara Marek Maria Marlene Martin Mateo Matthias Mehmet Melanie Merle Milan Mona Moritz Nadja Natalie Nele Nico Nina Noah Olga Oliver Oskar Pauline "
    "Peter Petra Philipp Pia Rafael Ralf Rebecca Renate Richard Robert Rosa Ruben Sabine Said Samira Sandra Sara Sebastian Selma Silke Simon Sina Sofia Stefan "
    "Susanne Sven Tamara Tanja Theo Thomas Tilda Tim Ulrike Uwe Valentin Vera Victor Wanda Werner Yara Yusuf Zoe"
).split()
LAST = (
    "Albers Arnold Bach Bauer Beck Berger Böhm Brandt Braun Busch Dietrich Ebert Engel Fischer Frank Franke Friedrich Fuchs Graf Groß Günther Haas Hahn Hansen "
    "Hartmann Heinrich Herrmann Hoffmann Horn Huber Jäger Jansen Jung Kaiser Kaya Keller Klein Koch Köhler König Kowalski Kraft Kramer Krause Krüger Kuhn Lang "
    "Lange Lehmann Lindner Lorenz Ludwig Maier Martin Mayer Meier Meyer Möller Müller Nagel Neumann Nguyen Nowak Otto Özdemir Peters Petersen Pfeiffer Pohl "
    "Richter Roth Sahin Sauer Schäfer Schmidt Schneider Scholz Schreiber Schröder Schubert Schulte Schulz Schumacher Schuster Schwarz Seidel Simon Sommer Stein "
    "Thomas Vogel Vogt Voigt Wagner Walter Weber Weiß Werner Winkler Winter Wolff Yilmaz Ziegler Zimmermann"
).split()
TRADES = "Bäckerei Buchhandlung Dachdeckerei Druckerei Elektro Fahrradhaus Gärtnerei Hotel Kanzlei Metallbau Optik Praxis Schreinerei Spedition Steuerbüro Tischlerei".split()
TOWNS = (
    ("10115", "Berlin"), ("12049", "Berlin"), ("20095", "Hamburg"), ("22765", "Hamburg"), ("28195", "Bremen"), ("30159", "Hannover"), ("44135", "Dortmund"),
    ("50667", "Köln"), ("53111", "Bonn"), ("60311", "Frankfurt am Main"), ("70173", "Stuttgart"), ("80331", "München"), ("90402", "Nürnberg"), ("01067", "Dresden"),
)  # fmt: skip
STREETS = "Ahornweg Bahnhofstraße Birkenallee Dorfstraße Gartenstraße Goethestraße Hauptstraße Kirchplatz Lindenstraße Marktplatz Mühlenweg Parkallee Ringstraße Schillerstraße Schulstraße Uferweg".split()

#: Type of request -> what customers say.
SAID = {
    "information_request": (
        "Wants to know when the new tariff starts.", "Asks why the invoice shows two monthly fees.", "Would like a copy of the March invoice.",
        "Asks whether the contract can move to a new address.", "Wants to know the notice period.", "Asks for a paper invoice instead of e-mail.",
    ),
    "faulty_item_replacement": (
        "Router reboots several times a day.", "TV box shows no picture after the update.", "Power supply hums and gets hot.", "Router was delivered with a broken case.",
    ),
    "service_outage": (
        "No internet since this morning, light at the router is red.", "Connection drops every evening around eight.", "Telephone line is dead.", "Speed is far below what was sold.",
    ),
}  # fmt: skip
NOTES = (
    "Rang back, nobody answered.", "Customer was friendly and patient.", "Sent the form by e-mail.", "Asked the technical department for advice.",
    "Customer prefers to be called after 17:00.", "Explained the next steps.", "Checked the line from here: no fault found.",
)  # fmt: skip
DAY = 24 * 60
#: Who follows leads, and for which unit.
SALES, SERVICE = ("mia", "b2b_marketing"), ("anna", "first_line")


@dataclass(slots=True)
class _Past:
    """Steps collected with their age, so that they can be told in the order of time."""

    chance: random.Random
    steps: list[tuple[int, int, Step]] = field(default_factory=list)

    def add(self, age: int, by: str, **step: object) -> None:
        """Remember a step that happened ``age`` minutes ago."""
        self.steps.append((-max(age, 1), len(self.steps), {"age": max(age, 1), "by": by, **step}))


def _address(chance: random.Random) -> dict[str, str]:
    postal_code, town = chance.choice(TOWNS)
    return {"street": chance.choice(STREETS), "street_number": str(chance.randint(1, 120)), "postal_code": postal_code, "town": town, "country": "DE"}


def _ascii(text: str) -> str:
    for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("Ö", "Oe"), ("Ü", "Ue")):
        text = text.replace(letter, plain)
    return text.lower().replace(" ", "-")


def _customer(chance: random.Random, index: int) -> dict[str, object]:
    """Return the values of one customer; one in six is a company."""
    last = LAST[(index * 7) % len(LAST)]
    first = FIRST[(index * 11 + index // len(FIRST)) % len(FIRST)]
    company = index % 6 == 0
    mobile = f"+49 15{chance.randint(1, 9)} {chance.randint(1000000, 9999999)}"
    values: dict[str, object] = {
        "customer_number": f"K{100000 + index}",
        "vip": chance.random() < 0.04,
        "preferred_language": chance.choice(("de", "de", "de", "en")),
        "accepts_marketing": chance.random() < 0.3,
        "phones": [{"type": "mobile", "number": mobile}],
        "addresses": [{"type": "home", "address": _address(chance)}],
    }
    if company:
        name = f"{chance.choice(TRADES)} {last} {index}"
        values |= {"kind": "company", "company": {"name": name}, "emails": [{"type": "office", "address": f"info@{_ascii(last)}-{index}.example"}]}
    else:
        person: dict[str, object] = {
            "first_name": first,
            "last_name": last,
            "born_on": f"{chance.randint(1945, 2005)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
        }
        values |= {"kind": "person", "person": person, "emails": [{"type": "private", "address": f"{_ascii(first)}.{_ascii(last)}{index}@mail.example"}]}
    if chance.random() < 0.25:
        values["phones"] = [*values["phones"], {"type": "home", "number": f"0{chance.choice(('30', '40', '221', '89'))} {chance.randint(100000, 9999999)}"}]  # type: ignore[misc]
    return values


def _request(past: _Past, name: str, account: str, age: int) -> None:
    """Raise a request and take it as far along its life as its age and chance allow."""
    chance = past.chance
    kind = chance.choices(tuple(SAID), weights=(5, 2, 3))[0]
    technical = kind == "service_outage"
    agent = "tom" if technical else "anna"
    unit = "technical" if technical else "first_line"
    values: dict[str, object] = {"account": f"={account}", "description": chance.choice(SAID[kind]), "assigned_unit": unit}
    if chance.random() < 0.4:
        values |= {"urgency": chance.choice(("critical", "high", "medium", "low")), "impact": chance.choice(("extensive", "significant", "moderate", "minor"))}
    past.add(age, "anna", create="service_request", name=name, subtype=kind, values=values)
    fate = chance.random() + min(age / (60 * DAY), 0.5)
    if fate < 0.25:
        return
    past.add(age - chance.randint(5, 240), agent, act="claim", on=name)
    if chance.random() < 0.3:
        past.add(age - 245, agent, note=chance.choice(NOTES), on=name)
    if fate < 0.35:
        past.add(age - 260, agent, act="cancel", on=name)
        return
    past.add(age - chance.randint(250, 900), agent, act="respond", on=name, inputs={"response": {"category": "received"}})
    if fate < 0.6:
        return
    category = {"information_request": "explained", "faulty_item_replacement": "item_replaced", "service_outage": "repaired"}[kind]
    solver = "tom" if kind == "faulty_item_replacement" else agent
    past.add(age - chance.randint(1000, 2500), solver, act="finally_resolve", on=name, inputs={"final_resolution": {"category": category}})
    if fate < 0.75:
        return
    if category == "item_replaced":
        past.add(age - 2600, agent, act="accept_final_resolution", on=name)
    past.add(age - chance.randint(2700, 4000), agent, act="complete", on=name)


def _activity(past: _Past, name: str, party: str, age: int) -> None:
    """Plan a task and perhaps do it."""
    chance = past.chance
    kind = chance.choice(("call_back", "paperwork"))
    past.add(
        age,
        "anna",
        create="activity",
        name=name,
        subtype=kind,
        values={"contact": f"={party}", "description": chance.choice(NOTES), "assigned_unit": "first_line"},
    )
    if chance.random() < 0.7:
        past.add(age - 30, "anna", act="claim", on=name)
        past.add(age - 60, "anna", act="start_progress", on=name)
        if chance.random() < 0.8:
            past.add(age - chance.randint(90, 600), "anna", act="complete", on=name)


def _lead(past: _Past, name: str, party: str, age: int, seller: tuple[str, str] = SALES) -> None:
    """Follow an opportunity to its end, or not yet."""
    chance, (by, unit) = past.chance, seller
    money = {"amount": f"{chance.randint(2, 90) * 50}.00", "currency": "EUR"}
    values = {"contact": f"={party}", "assigned_unit": unit, "probability": chance.randint(1, 19) * 5, "target_amount": money}
    past.add(age, by, create="lead", name=name, subtype="new_business", values=values)
    fate = chance.random()
    if fate < 0.3:
        return
    past.add(age - 100, by, act="claim", on=name)
    past.add(age - 200, by, act="start_progress", on=name)
    if fate < 0.5:
        return
    past.add(age - 3000, by, edit=name, values={"status": "offered"})
    if fate < 0.7:
        past.add(age - 6000, by, act="lost", on=name, inputs={"lost_reason": chance.choice(("price", "competitor", "no_budget"))})
    elif fate < 0.9:
        past.add(age - 7000, by, act="won", on=name)


def _call(past: _Past, name: str, party: str, age: int) -> None:
    """Log a conversation."""
    chance = past.chance
    values = {
        "contact": f"={party}",
        "direction": "incoming",
        "media": "phone",
        "category": chance.choice(("inquiry", "support", "technical_issue")),
        "content": chance.choice(NOTES),
    }
    past.add(age, "anna", create="communication", name=name, values=values)
    if chance.random() < 0.9:
        past.add(age - 5, "anna", act="save", on=name)


def history(customers: int = 2000, seed: int = 7) -> Iterator[Step]:
    """Yield the past of this many customers, oldest step first.

    Each step has ``age`` (minutes before now), ``by`` (login) and one of ``create`` (with ``name``, ``subtype``, ``values``),
    ``edit`` (with ``values``), ``act`` (with ``on``, ``inputs``) or ``note`` (with ``on``).
    """
    past = _Past(random.Random(seed))  # noqa: S311 - a made-up past needs no secrets
    chance = past.chance
    for index in range(customers):
        party = f"c{index}"
        age = chance.randint(20, 700) * DAY
        past.add(age, "mia" if index % 9 == 4 and index % 27 != 4 else "anna", create="contact", name=party, values=_customer(chance, index))
        if index % 27 == 4:  # a customer of the service's who could do with more
            _lead(past, f"l{index}", party, chance.randint(1, 19) * DAY, SERVICE)
            continue
        if index % 9 == 4:
            _lead(past, f"l{index}", party, chance.randint(1, 19) * DAY)
            continue
        if chance.random() < 0.7:
            rating = {"owner": f"={party}", "classification": "business" if index % 6 == 0 else "private", "credit_rating": chance.choice("abc")}
            past.add(age - 30, "anna", create="account", name=f"a{index}", values=rating)
            for turn in range(chance.choices((0, 1, 2, 3), weights=(4, 4, 2, 1))[0]):
                _request(
                    past, f"s{index}_{turn}", f"a{index}", chance.randint(10, 19 * DAY) if chance.random() < 0.5 else chance.randint(1, age // DAY - 1) * DAY
                )
        if chance.random() < 0.2:
            _call(past, f"m{index}", party, chance.randint(1, 19) * DAY)
        if chance.random() < 0.1:
            _activity(past, f"t{index}", party, chance.randint(1, 19) * DAY)
    for _, _, step in sorted(past.steps, key=lambda entry: entry[:2]):
        yield step
