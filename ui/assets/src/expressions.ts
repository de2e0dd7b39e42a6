/**
 * Evaluates the JSON form of an expression, as `packdesk.runtime.expressions.json_form` writes it.
 *
 * The meaning is the engine's: integers within 2^53, decimals as whole millionths, text by code point, ordering with null is
 * false, arithmetic with null is null. Patterns come parsed and run in linear time. Nothing here evaluates text as code.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Form = { version: number; type: string; tree: Json };

type Money = { amount: bigint; currency: string };
type Duration = { amount: number; unit: string };
type Bag = { [key: string]: Value };
export type Value = null | boolean | number | bigint | string | Value[] | Money | Duration | Bag;
type Items = Map<string, Value>;
type Node = [string, ...Json[]];
type Context = { env: { [key: string]: Json }; zone: string };

const MILLION = 1000000n;
const DECIMAL_LIMIT = MILLION * 1000000000000n;
const MAX_SECONDS = 1000000000000;
const SECONDS: { [unit: string]: number } = {
  seconds: 1, minutes: 60, hours: 3600, days: 86400, weeks: 604800, months: 2592000, years: 31536000,
};
const MICROS = 1000000n;
const FIRST_MOMENT = -62135596800000000n;
const LAST_MOMENT = 253402300799999999n;

/** Returns the value of the form in the environment; a condition is never null. */
export function evaluate(form: Form, env: { [key: string]: Json }): Value {
  const context: Context = { env, zone: typeof env.zone === "string" ? env.zone : "UTC" };
  const value = run(form.tree as Node, context, new Map());
  return form.type === "boolean" ? value === true : value;
}

/** Returns whether the condition holds. */
export function holds(form: Form, env: { [key: string]: Json }): boolean {
  return evaluate(form, env) === true;
}

/** Returns the value as the API writes it. */
export function toJson(value: Value, kind: string): Json {
  if (kind.startsWith("list:")) return asList(value).map((item) => toJson(item, kind.slice(5)));
  if (value === null) return null;
  if (kind === "decimal") return decimalText(value as bigint);
  if (kind === "datetime") return momentText(value as bigint, 6);
  if (kind === "duration") return durationText(value as Duration);
  if (kind === "money") return { amount: decimalText((value as Money).amount), currency: (value as Money).currency };
  if (kind === "record" || kind === "line") return identity(value) as string;
  return value as Json;
}

// values

function decode(value: Json | undefined, kind: string): Value {
  if (kind.startsWith("list:")) return Array.isArray(value) ? value.map((item) => decode(item, kind.slice(5))) : [];
  if (value === null || value === undefined) return null;
  if (kind === "decimal") return readDecimal(String(value));
  if (kind === "datetime") return readMoment(String(value));
  if (kind === "duration") return typeof value === "string" ? readDuration(value) : null;
  if (kind === "money") {
    const money = value as { amount: Json; currency: string };
    return { amount: readDecimal(String(money.amount)) as bigint, currency: money.currency };
  }
  if (kind === "phone" && typeof value === "string") return { raw: value, e164: "" };
  return value as Value;
}

function readDecimal(text: string): bigint | null {
  const match = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text);
  if (match === null) return null;
  const scaled = BigInt(match[2] as string) * MILLION + BigInt((match[3] ?? "").padEnd(6, "0"));
  return match[1] === "-" ? -scaled : scaled;
}

function decimalText(value: bigint): string {
  const size = value < 0n ? -value : value;
  const fraction = (size % MILLION).toString().padStart(6, "0").replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${size / MILLION}${fraction === "" ? "" : `.${fraction}`}`;
}

function readDuration(text: string): Duration | null {
  const match = /^(-?\d+) ([a-z]+)$/.exec(text);
  if (match === null) return null;
  const unit = (match[2] as string).endsWith("s") ? (match[2] as string) : `${match[2]}s`;
  return unit in SECONDS ? { amount: Number(match[1]), unit } : null;
}

function durationText(value: Duration): string {
  return `${value.amount} ${Math.abs(value.amount) === 1 ? value.unit.slice(0, -1) : value.unit}`;
}

function secondsOf(value: Duration): number {
  return value.amount * (SECONDS[value.unit] as number);
}

function duration(amount: number, unit: string): Duration | null {
  return Math.abs(amount * (SECONDS[unit] as number)) <= MAX_SECONDS ? { amount: amount + 0, unit } : null;
}

function readMoment(text: string): bigint | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  if (!isDay(year, month, day) || hour > 23 || minute > 59 || second > 59) return null;
  const zone = match[8] as string;
  const offset = zone === "Z" ? 0 : (zone.startsWith("-") ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)));
  if (zone !== "Z" && (Number(zone.slice(1, 3)) > 23 || Number(zone.slice(4)) > 59)) return null;
  const micros = BigInt(epochDays(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset * 60) * MICROS;
  return inRange(micros + BigInt((match[7] ?? "").padEnd(6, "0")));
}

function inRange(micros: bigint): bigint | null {
  return micros >= FIRST_MOMENT && micros <= LAST_MOMENT ? micros : null;
}

function momentText(micros: bigint, places: number): string {
  const seconds = floorDivide(micros, MICROS);
  const days = Number(floorDivide(seconds, 86400n));
  const rest = Number(seconds) - days * 86400;
  const time = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map((part) => pad(part, 2)).join(":");
  const fraction = places === 0 ? "" : `.${(micros - seconds * MICROS).toString().padStart(6, "0")}`;
  return `${dayText(days)}T${time}${fraction}Z`;
}

function floorDivide(left: bigint, right: bigint): bigint {
  const quotient = left / right;
  return left % right !== 0n && left < 0n !== right < 0n ? quotient - 1n : quotient;
}

// days, counted from 1970-01-01 in the Gregorian calendar

function epochDays(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719468;
}

function civil(days: number): [number, number, number] {
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const ofEra = shifted - era * 146097;
  const year = Math.floor((ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36524) - Math.floor(ofEra / 146096)) / 365);
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const index = Math.floor((5 * ofYear + 2) / 153);
  const month = index < 10 ? index + 3 : index - 9;
  return [year + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - Math.floor((153 * index + 2) / 5) + 1];
}

function daysIn(year: number, month: number): number {
  return month === 2 ? (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isDay(year: number, month: number, day: number): boolean {
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

function readDay(text: string): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return isDay(year, month, day) ? epochDays(year, month, day) : null;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function dayText(days: number): string {
  const [year, month, day] = civil(days);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

function monthsLater(days: number, months: number): number | null {
  const [year, month, day] = civil(days);
  const index = year * 12 + month - 1 + months;
  const newYear = Math.floor(index / 12);
  const newMonth = (((index % 12) + 12) % 12) + 1;
  return newYear < 1 || newYear > 9999 ? null : epochDays(newYear, newMonth, Math.min(day, daysIn(newYear, newMonth)));
}

// time zones

const clocks = new Map<string, Intl.DateTimeFormat | null>();

function clock(zone: string): Intl.DateTimeFormat | null {
  let found = clocks.get(zone);
  if (found === undefined) {
    try {
      found = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
        timeZone: zone, hourCycle: "h23", era: "short", year: "numeric", month: "numeric", day: "numeric",
        hour: "numeric", minute: "numeric", second: "numeric",
      });
    } catch {
      found = null;
    }
    clocks.set(zone, found);
  }
  return found;
}

/** Seconds that the zone's clock shows at a moment given in seconds, both counted from 1970. */
function onClock(seconds: number, zone: string): number | null {
  if (zone === "UTC") return seconds;
  const format = clock(zone);
  if (format === null || Math.abs(seconds) > 8.64e12) return null;
  const parts: { [type: string]: string } = {};
  for (const part of format.formatToParts(seconds * 1000)) parts[part.type] = part.value;
  const year = parts.era?.startsWith("B") ? 1 - Number(parts.year) : Number(parts.year);
  return epochDays(year, Number(parts.month), Number(parts.day)) * 86400 + Number(parts.hour) * 3600 + Number(parts.minute) * 60 + Number(parts.second);
}

/** The moment at which the zone's clock shows this; the first of two, and as if the clock had not been put forward for none. */
function fromClock(shown: number, zone: string): number | null {
  const before = onClock(shown - 86400, zone);
  const after = onClock(shown + 86400, zone);
  if (before === null || after === null) return null;
  const offsets = [before - (shown - 86400), after - (shown + 86400)];
  for (const offset of offsets) {
    if (onClock(shown - offset, zone) === shown) return shown - offset;
  }
  return shown - (offsets[0] as number);
}

function laterMoment(micros: bigint, length: Duration, zone: string): bigint | null {
  const calendar = !["seconds", "minutes", "hours"].includes(length.unit);
  if (!calendar) return inRange(micros + BigInt(secondsOf(length)) * MICROS);
  const seconds = floorDivide(micros, MICROS);
  const rest = micros - seconds * MICROS;
  const shown = onClock(Number(seconds), zone);
  if (shown === null) return null;
  const day = Math.floor(shown / 86400);
  const later = laterDay(day, length);
  if (later === null) return null;
  const moment = fromClock(later * 86400 + (shown - day * 86400), zone);
  return moment === null ? null : inRange(BigInt(moment) * MICROS + rest);
}

function laterDay(day: number, length: Duration): number | null {
  if (length.unit === "months" || length.unit === "years") return monthsLater(day, length.amount * (length.unit === "years" ? 12 : 1));
  const later = day + Math.trunc(secondsOf(length) / 86400);
  return later >= -719162 && later <= 2932896 ? later : null;
}

// numbers

function integer(value: number): number | null {
  return Number.isSafeInteger(value) ? value + 0 : null;
}

function decimal(scaled: bigint): bigint | null {
  return scaled > -DECIMAL_LIMIT && scaled < DECIMAL_LIMIT ? scaled : null;
}

function calculateIntegers(operator: string, left: number, right: number): number | null {
  if (operator === "+") return integer(left + right);
  if (operator === "-") return integer(left - right);
  if (operator === "*") return integer(left * right);
  if (right === 0) return null;
  const [one, other] = [BigInt(left), BigInt(right)];
  return Number(operator === "/" ? one / other : one % other);
}

function calculateDecimals(operator: string, left: bigint, right: bigint): bigint | null {
  if (operator === "+") return decimal(left + right);
  if (operator === "-") return decimal(left - right);
  if (operator === "*") return decimal((left * right) / MILLION);
  if (right === 0n) return null;
  return decimal(operator === "/" ? (left * MILLION) / right : left % right);
}

function rounded(value: bigint, places: number | null): Value {
  const step = 10n ** BigInt(6 - (places ?? 0));
  const size = value < 0n ? -value : value;
  const half = ((size + step / 2n) / step) * step;
  const signed = value < 0n ? -half : half;
  return places === null ? integer(Number(signed / MILLION)) : decimal(signed);
}

// comparing

/** What values are compared by: records by id, durations by their length, phones by their number. */
function key(value: Value, kind: string): Value {
  if (value === null) return null;
  if (kind === "record" || kind === "line") return identity(value);
  if (kind === "duration") return secondsOf(value as Duration);
  if (kind === "phone") return ((value as Bag).e164 as string) || ((value as Bag).raw as string);
  return value;
}

function identity(value: Value): Value {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? ((value as Bag).id ?? null) : value;
}

function equal(left: Value, right: Value, kind: string): boolean {
  const [one, other] = [key(left, kind), key(right, kind)];
  if (one === null || other === null) return one === other;
  if (kind === "money") return (one as Money).amount === (other as Money).amount && (one as Money).currency === (other as Money).currency;
  return one === other;
}

function order(left: Value, right: Value, kind: string): number | null {
  if (left === null || right === null) return null;
  if (kind === "money") {
    const [one, other] = [left as Money, right as Money];
    return one.currency === other.currency ? sign(one.amount, other.amount) : null;
  }
  if (kind === "text") return codePoints(left as string, right as string);
  return sign(key(left, kind) as number, key(right, kind) as number);
}

function sign(left: number | bigint | string, right: number | bigint | string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Compares by code point; JavaScript's own `<` compares UTF-16 units. */
function codePoints(left: string, right: string): number {
  const [one, other] = [[...left], [...right]];
  for (let index = 0; index < Math.min(one.length, other.length); index += 1) {
    const found = sign((one[index] as string).codePointAt(0) as number, (other[index] as string).codePointAt(0) as number);
    if (found !== 0) return found;
  }
  return sign(one.length, other.length);
}

function compare(operator: string, kind: string, left: Value, right: Value): boolean {
  if (operator === "==") return equal(left, right, kind);
  if (operator === "!=") return !equal(left, right, kind);
  const found = order(left, right, kind);
  if (found === null) return false;
  if (operator === "<") return found < 0;
  if (operator === "<=") return found <= 0;
  return operator === ">" ? found > 0 : found >= 0;
}

// patterns: all states at once, so that time grows with text times pattern

type Step =
  | { kind: "chars"; ranges: number[][]; next: number }
  | { kind: "start" | "end" | "go"; next: number }
  | { kind: "split"; ways: number[] }
  | { kind: "found" };

const machines = new WeakMap<object, Step[]>();

function build(pattern: Node, steps: Step[], next: number): number {
  const add = (step: Step): number => steps.push(step) - 1;
  const [word, ...rest] = pattern;
  switch (word) {
    case "chars":
      return add({ kind: "chars", ranges: rest[0] as number[][], next });
    case "start":
    case "end":
      return add({ kind: word, next });
    case "seq":
      return (rest as Node[]).reduceRight((after, part) => build(part, steps, after), next);
    case "any":
      return add({ kind: "split", ways: (rest as Node[]).map((part) => build(part, steps, next)) });
    default: {
      const [part, least, most] = rest as [Node, number, number | null];
      let entry = next;
      if (most === null) {
        const loop: Step = { kind: "split", ways: [] };
        const at = add(loop);
        loop.ways = [build(part, steps, at), next];
        entry = at;
      } else {
        for (let index = least; index < most; index += 1) entry = add({ kind: "split", ways: [build(part, steps, entry), next] });
      }
      for (let index = 0; index < least; index += 1) entry = build(part, steps, entry);
      return entry;
    }
  }
}

function matches(text: string, pattern: Node): boolean {
  let steps = machines.get(pattern);
  if (steps === undefined) {
    steps = [{ kind: "found" }];
    const entry = build(pattern, steps, 0);
    steps.push({ kind: "go", next: entry });
    machines.set(pattern, steps);
  }
  const characters = [...text];
  const machine = steps;
  let current = new Set<number>();
  let found = false;
  const follow = (from: number, at: number, into: Set<number>): void => {
    const waiting = [from];
    while (waiting.length > 0) {
      const index = waiting.pop() as number;
      if (into.has(index)) continue;
      into.add(index);
      const step = machine[index] as Step;
      if (step.kind === "found") found = true;
      else if (step.kind === "go" || (step.kind === "start" && at === 0) || (step.kind === "end" && at === characters.length)) waiting.push(step.next);
      else if (step.kind === "split") waiting.push(...step.ways);
    }
  };
  for (let at = 0; at <= characters.length; at += 1) {
    follow(machine.length - 1, at, current);
    if (found) return true;
    if (at === characters.length) break;
    const code = (characters[at] as string).codePointAt(0) as number;
    const following = new Set<number>();
    for (const index of current) {
      const step = machine[index] as Step;
      if (step.kind === "chars" && step.ranges.some(([low, high]) => code >= (low as number) && code <= (high as number))) follow(step.next, at + 1, following);
    }
    if (found) return true;
    current = following;
  }
  return false;
}

// walking the tree

function asList(value: Value): Value[] {
  return Array.isArray(value) ? value : [];
}

/** Finds the record behind an id among those that were sent along. */
function resolve(value: Value, context: Context): Value {
  if (typeof value !== "string") return value;
  const records = (context.env.records ?? {}) as { [id: string]: Bag };
  return Object.hasOwn(records, value) ? (records[value] as Bag) : value;
}

function run(node: Node, context: Context, items: Items): Value {
  const sub = (part: Json | undefined): Value => run(part as Node, context, items);
  const [word, ...rest] = node;
  switch (word) {
    case "lit":
      return decode(rest[1], rest[0] as string);
    case "root":
      return root(rest[0] as string, context);
    case "var":
      return items.get(rest[0] as string) ?? null;
    case "field":
      return readField(sub(rest[0]), rest[1] as string, rest[2] as string, context);
    case "lines":
      return bagList(bag(sub(rest[0])).lines, rest[1] as string);
    case "related": {
      const found = bagList(bag(sub(rest[0])).related, rest[1] as string).map((id) => resolve(id, context));
      return rest[2] === true ? found : (found[0] ?? null);
    }
    case "table": {
      const id = sub(rest[0]);
      const table = rest[1] as { [id: string]: Json };
      return decode(typeof id === "string" && Object.hasOwn(table, id) ? table[id] : null, rest[2] as string);
    }
    case "label": {
      const id = sub(rest[0]);
      const table = rest[1] as { [id: string]: { [language: string]: string } };
      const texts = typeof id === "string" && Object.hasOwn(table, id) ? table[id] : undefined;
      return texts === undefined ? null : texts[actor(context).language as string] || (texts[""] as string);
    }
    case "part": {
      const found = bag(sub(rest[0]))[rest[1] as string];
      return found === undefined || found === "" ? null : found;
    }
    case "actor":
      return (actor(context)[rest[0] as string] ?? null) as Value;
    case "not":
      return sub(rest[0]) !== true;
    case "and":
      return rest.every((part) => sub(part) === true);
    case "or":
      return rest.some((part) => sub(part) === true);
    case "compare":
      return compare(rest[0] as string, rest[1] as string, sub(rest[2]), sub(rest[3]));
    case "in": {
      const wanted = sub(rest[1]);
      return asList(sub(rest[2])).some((item) => equal(item, wanted, rest[0] as string));
    }
    case "calc":
      return calculate(rest[0] as string, rest[1] as string, sub(rest[2]), sub(rest[3]), context.zone);
    case "negate":
      return negated(sub(rest[1]), rest[0] as string);
    case "if":
      return sub(rest[0]) === true ? sub(rest[1]) : sub(rest[2]);
    case "list":
      return rest.map(sub);
    case "macro":
      return macro(rest, context, items);
    case "call":
      return call(rest[0] as string, (rest[1] as Json[]).map(sub), rest[2] as string, rest[3] as string[], rest[4] as Json, context);
    default:
      throw new Error(`unknown part '${word}'`);
  }
}

function actor(context: Context): { [key: string]: Json } {
  return (context.env.actor ?? {}) as { [key: string]: Json };
}

function root(name: string, context: Context): Value {
  if (name === "now") return readMoment(String(context.env.now));
  if (name === "actor") return (actor(context).login ?? null) as Value;
  const names = (context.env.names ?? {}) as { [key: string]: Json };
  return (context.env[name] ?? names[name] ?? null) as Value;
}

function bag(value: Value): Bag {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Bag) : {};
}

function bagList(value: Value | undefined, name: string): Value[] {
  return asList(bag(value ?? null)[name] ?? null);
}

function readField(owner: Value, path: string, kind: string, context: Context): Value {
  const holder = bag(owner);
  const values = (holder.values ?? owner) as { [path: string]: Json };
  const found = typeof values === "object" && values !== null && Object.hasOwn(values, path) ? values[path] : undefined;
  const value = decode(found, kind);
  if (kind === "record") return resolve(identity(value), context);
  return kind === "list:record" ? asList(value).map((item) => resolve(identity(item), context)) : value;
}

function negated(value: Value, kind: string): Value {
  if (value === null) return null;
  if (kind === "integer") return 0 - (value as number);
  if (kind === "decimal") return -(value as bigint);
  if (kind === "money") return { amount: -(value as Money).amount, currency: (value as Money).currency };
  return { amount: 0 - (value as Duration).amount, unit: (value as Duration).unit };
}

function macro(rest: Json[], context: Context, items: Items): Value {
  const [name, source, variable, body] = rest as [string, Node, string, Node];
  const inner = (item: Value): Value => run(body, context, new Map(items).set(variable, item));
  const found = asList(run(source, context, items));
  if (name === "all") return found.every((item) => inner(item) === true);
  if (name === "exists") return found.some((item) => inner(item) === true);
  return name === "filter" ? found.filter((item) => inner(item) === true) : found.map(inner);
}

function calculate(kind: string, operator: string, left: Value, right: Value, zone: string): Value {
  if (left === null || right === null) return null;
  switch (kind) {
    case "integer":
      return calculateIntegers(operator, left as number, right as number);
    case "decimal":
      return calculateDecimals(operator, left as bigint, right as bigint);
    case "text":
      return (left as string) + (right as string);
    case "money": {
      const [one, other] = [left as Money, right as Money];
      return one.currency === other.currency ? money(calculateDecimals(operator, one.amount, other.amount), one.currency) : null;
    }
    case "scaled_money":
      return money(calculateDecimals(operator, (left as Money).amount, right as bigint), (left as Money).currency);
    case "scaled_duration":
      return duration((left as Duration).amount * (right as number), (left as Duration).unit);
    case "duration":
      return addDurations(left as Duration, turned(right as Duration, operator));
    case "moment":
      return laterMoment(left as bigint, turned(right as Duration, operator), zone);
    case "day": {
      const later = laterDay(readDay(left as string) as number, turned(right as Duration, operator));
      return later === null ? null : dayText(later);
    }
    case "moments":
      return { amount: Number(((left as bigint) - (right as bigint)) / MICROS), unit: "seconds" };
    default:
      return { amount: (readDay(left as string) as number) - (readDay(right as string) as number), unit: "days" };
  }
}

function turned(value: Duration, operator: string): Duration {
  return operator === "-" ? { amount: 0 - value.amount, unit: value.unit } : value;
}

function money(amount: bigint | null, currency: string): Money | null {
  return amount === null ? null : { amount, currency };
}

function addDurations(left: Duration, right: Duration): Duration | null {
  if (left.unit === right.unit) return duration(left.amount + right.amount, left.unit);
  return duration(secondsOf(left) + secondsOf(right), "seconds");
}

function total(values: Value[], kind: string): Value {
  const present = values.filter((value) => value !== null);
  if (kind === "integer") return integer(Number((present as number[]).reduce((sum, value) => sum + BigInt(value), 0n)));
  if (kind === "decimal") return decimal((present as bigint[]).reduce((sum, value) => sum + value, 0n));
  if (kind === "money") {
    const amounts = present as Money[];
    const currency = amounts[0]?.currency;
    if (currency === undefined || amounts.some((value) => value.currency !== currency)) return null;
    return money(decimal(amounts.reduce((sum, value) => sum + value.amount, 0n)), currency);
  }
  const lengths = present as Duration[];
  const unit = lengths[0]?.unit ?? "minutes";
  if (lengths.every((value) => value.unit === unit)) return duration(lengths.reduce((sum, value) => sum + value.amount, 0), unit);
  return duration(lengths.reduce((sum, value) => sum + secondsOf(value), 0), "seconds");
}

function shown(value: Value, kind: string): string {
  if (kind === "boolean") return value === true ? "true" : "false";
  if (kind === "datetime") return momentText(value as bigint, 0);
  if (kind === "money") return `${decimalText((value as Money).amount)} ${(value as Money).currency}`;
  if (kind === "phone") return (value as Bag).raw as string;
  return String(toJson(value, kind));
}

function partOfTime(name: string, value: Value, kind: string, zone: string): Value {
  let days: number;
  let hour = 0;
  if (kind === "date") {
    days = readDay(value as string) as number;
  } else {
    const seconds = onClock(Number(floorDivide(value as bigint, MICROS)), zone);
    if (seconds === null) return null;
    days = Math.floor(seconds / 86400);
    hour = Math.floor((seconds - days * 86400) / 3600);
  }
  if (name === "date") return days >= -719162 && days <= 2932896 ? dayText(days) : null;
  if (name === "hour") return hour;
  if (name === "weekday") return ((((days + 3) % 7) + 7) % 7) + 1;
  const [year, month, day] = civil(days);
  return name === "year" ? year : name === "month" ? month : day;
}

const CONDITIONS = new Set(["contains", "starts_with", "ends_with", "matches"]);
const TRIMMED = /^[ \t\r\n]+|[ \t\r\n]+$/g;

function call(name: string, given: Value[], kind: string, kinds: string[], data: Json, context: Context): Value {
  const first = given[0] ?? null;
  switch (name) {
    case "size":
      return asList(first).length;
    case "first":
      return asList(first)[0] ?? null;
    case "sum":
      return total(asList(first), kind);
    case "coalesce":
      return given.find((value) => value !== null) ?? null;
    case "today":
      return partOfTime("date", root("now", context), "datetime", given.length > 0 ? ((first ?? "") as string) : context.zone);
    case "has_role":
      return (actor(context).roles as string[]).includes(data as string);
    case "is_member":
      return (actor(context).member_of as string[]).includes(given[1] as string);
    case "changed":
      return !same(first, given[1] ?? null, kinds[0] as string);
    default:
  }
  if (given.some((value) => value === null)) return CONDITIONS.has(name) ? false : null;
  return simple(name, given, kinds, data, context);
}

function same(left: Value, right: Value, kind: string): boolean {
  if (kind.startsWith("list:")) {
    const [one, other] = [asList(left), asList(right)];
    return one.length === other.length && one.every((item, index) => equal(item, other[index] ?? null, kind.slice(5)));
  }
  if (left !== null && right !== null && ["duration", "phone", "address"].includes(kind)) return JSON.stringify(left) === JSON.stringify(right);
  return equal(left, right, kind);
}

function simple(name: string, given: Value[], kinds: string[], data: Json, context: Context): Value {
  const text = given[0] as string;
  const kind = kinds[0] as string;
  switch (name) {
    case "lower":
      return text.toLowerCase();
    case "upper":
      return text.toUpperCase();
    case "trim":
      return text.replace(TRIMMED, "");
    case "length":
      return [...text].length;
    case "contains":
      return text.includes(given[1] as string);
    case "starts_with":
      return text.startsWith(given[1] as string);
    case "ends_with":
      return text.endsWith(given[1] as string);
    case "matches":
      return matches(text, data as Node);
    case "text":
      return shown(given[0] as Value, kind);
    case "decimal":
      return decimal(BigInt(given[0] as number) * MILLION);
    case "abs":
      return compare("<", kind, given[0] as Value, zero(kind)) ? negated(given[0] as Value, kind) : (given[0] as Value);
    case "round":
      return rounded(given[0] as bigint, data as number | null);
    case "min":
      return given.reduce((best, value) => (compare("<", kind, value, best) ? value : best));
    case "max":
      return given.reduce((best, value) => (compare(">", kind, value, best) ? value : best));
    case "datetime":
      return text.length === 20 || text.length === 25 ? readMoment(text) : null;
    case "matrix":
      return ((data as { [row: string]: { [column: string]: string } })[text]?.[given[1] as string] ?? null) as Value;
    case "date":
      if (data === "text") return readDay(text) === null ? null : text;
  }
  return partOfTime(name, given[0] as Value, kind, given.length > 1 ? (given[1] as string) : context.zone);
}

function zero(kind: string): Value {
  return kind === "integer" ? 0 : kind === "decimal" ? 0n : { amount: 0, unit: "minutes" };
}
