// Drops the rules of a stylesheet whose selectors need a class that nobody mentions.

// Splits "head{body}" and "head;" statements at the top level of `css`; strings and comments are skipped over.
function* statements(css) {
  let start = 0, depth = 0, open = -1;
  for (let i = 0; i < css.length; i++) {
    const sign = css[i];
    if (sign === '"' || sign === "'") {
      for (i++; css[i] !== sign; i++) if (css[i] === "\\") i++;
    } else if (sign === "/" && css[i + 1] === "*") {
      i = css.indexOf("*/", i + 2) + 1;
      if (depth === 0) { yield { comment: css.slice(start, i + 1) }; start = i + 1; }
    } else if (sign === "{") {
      if (depth++ === 0) open = i;
    } else if (sign === "}") {
      if (--depth === 0) { yield { head: css.slice(start, open), body: css.slice(open + 1, i) }; start = i + 1; }
    } else if (sign === ";" && depth === 0) {
      yield { head: css.slice(start, i), body: null };
      start = i + 1;
    }
  }
}

// Splits a selector list at its top-level commas, so that those inside :is(...) stay.
function selectors(head) {
  const found = [];
  let depth = 0, start = 0;
  for (let i = 0; i <= head.length; i++) {
    if (i === head.length || (head[i] === "," && depth === 0)) { found.push(head.slice(start, i)); start = i + 1; }
    else if (head[i] === "(") depth++;
    else if (head[i] === ")") depth--;
  }
  return found;
}

function needed(selector, mentioned) {
  const outside = selector.replace(/:(?:not|is|where|has)\([^()]*(?:\([^()]*\)[^()]*)*\)/g, "");
  return [...outside.matchAll(/\.(-?[A-Za-z_][\w-]*)/g)].every(([, name]) => mentioned.has(name));
}

/** Returns the stylesheet without rules that cannot match; groups (@media, @supports, @layer) are entered, other at-rules kept. */
export function purge(css, mentioned) {
  let kept = "";
  for (const { head, body, comment } of statements(css)) {
    if (comment !== undefined) { kept += comment.startsWith("/*!") ? comment : ""; continue; }
    const name = head.trim();
    if (body === null) kept += `${name};`;
    else if (/^@(media|supports|layer|container)/.test(name)) {
      const inside = purge(body, mentioned);
      if (inside) kept += `${name}{${inside}}`;
    } else if (name.startsWith("@")) kept += `${name}{${body}}`;
    else {
      const left = selectors(name).filter((selector) => needed(selector, mentioned));
      if (left.length) kept += `${left.join(",")}{${body}}`;
    }
  }
  return kept;
}
