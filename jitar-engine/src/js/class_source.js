// Reads the names of a constructor's parameters and of declared fields from the source text of a class; nothing else
// tells them (spec 5.3).
//
// The text is cut into tokens, so that strings, comments, templates and regular expressions can hold anything.

import { charCodeAt, indexOf, Intrinsics, regExpExec, setHas, slice, startsWith } from "ext:jitar/primordials.js";

const { Set } = Intrinsics;

/**
 * @typedef {{ kind: "name", name: string }
 *   | { kind: "rest", target: Target }
 *   | { kind: "array", items: (Target | null)[] }
 *   | { kind: "object", members: { key: string, target: Target }[] }} Target what a parameter binds
 */

const WORD = /#?(?:[\p{ID_Start}$_]|\\u\{?[0-9A-Fa-f]+\}?)(?:[\p{ID_Continue}$\u200c\u200d]|\\u\{?[0-9A-Fa-f]+\}?)*/uy;
const NUMBER = /[0-9](?:[eE][+-]|[0-9A-Za-z_.])*|\.[0-9](?:[eE][+-]|[0-9A-Za-z_])*/y;
const SPACE = /(?:\s|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)+/y;
const STRING = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/y;
const REGULAR_EXPRESSION = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[A-Za-z]*/y;
const BACKTICK = 96;
const PUNCTUATION = ["...", "=>", "?."];

/** After these words an expression begins, so a slash opens a regular expression. */
const BEFORE_EXPRESSION = new Set([
  "await",
  "case",
  "delete",
  "do",
  "else",
  "extends",
  "in",
  "instanceof",
  "new",
  "of",
  "return",
  "throw",
  "typeof",
  "void",
  "yield",
]);
/** A slash after the closing parenthesis of these begins a statement. */
const BEFORE_STATEMENT = new Set(["for", "if", "while", "with"]);
/** A word `constructor` after these is not the constructor of the class. */
const NOT_BEFORE_CONSTRUCTOR = new Set([
  "static",
  "get",
  "set",
  "async",
  "accessor",
  "await",
  "delete",
  "extends",
  "in",
  "instanceof",
  "new",
  "typeof",
  "void",
  "yield",
]);

/** What may stand before the name of a member. */
const MODIFIERS = new Set(["static", "get", "set", "async", "accessor"]);
/** After these words a name goes on with the same expression. */
const BEFORE_NAME = new Set(["async", "class", "function"]);

const CLOSING = { __proto__: null, "(": ")", "[": "]", "{": "}" };

/**
 * The parameters of the constructor that a class or function declares itself.
 * @param {string} source `Function.prototype.toString` of it
 * @returns {Target[] | undefined} `undefined` when it declares none (and inherits the constructor) or is native
 */
export function constructorParameters(source) {
  const tokens = tokenize(source);
  const start = isClassSource(source) ? findConstructor(tokens) : findOpening(tokens, 0, "(");
  return start === -1 || indexOf(source, "[native code]") !== -1
    ? undefined
    : new TargetReader(tokens, start).list(")");
}

/**
 * The public fields that a class declares in its body, without static ones.
 * @param {string} source `Function.prototype.toString` of it
 * @returns {string[]} names; computed ones are left out
 */
export function declaredFields(source) {
  const fields = [];
  if (!isClassSource(source)) {
    return fields;
  }
  const tokens = tokenize(source);
  let idx = findOpening(tokens, 0, "{");
  if (idx === -1) {
    return fields;
  }
  for (idx++; idx < tokens.length && !isPunctuation(tokens[idx], "}");) {
    const start = afterModifiers(tokens, idx);
    const isPlain = start === idx;
    const nameEnd = isPunctuation(tokens[start], "[") ? skipGroup(tokens, start) : start;
    if (isPunctuation(tokens[nameEnd + 1], "(")) {
      // A method: its parameters, then its body.
      idx = skipGroup(tokens, skipGroup(tokens, nameEnd + 1) + 1) + 1;
    } else if (isPunctuation(tokens[start], "{")) {
      idx = skipGroup(tokens, start) + 1; // static block
    } else {
      const name = fieldName(tokens[start]);
      if (isPlain && name !== undefined) {
        fields[fields.length] = name;
      }
      idx = afterField(tokens, nameEnd + 1);
    }
  }
  return fields;
}

/** Skips `static`, `get` and their like, unless they are the name itself. */
function afterModifiers(tokens, from) {
  let idx = from;
  while (idx + 1 < tokens.length) {
    const isModifier = tokens[idx].kind === "word" && setHas(MODIFIERS, tokens[idx].text);
    const next = tokens[idx + 1];
    const isName = next.kind === "punctuation" && indexOf("(=;}", next.text) !== -1;
    if (!(isModifier && !isName) && !isPunctuation(tokens[idx], "*")) {
      break;
    }
    idx++;
  }
  return idx;
}

function fieldName({ kind, text }) {
  if (kind === "string") {
    return slice(text, 1, -1);
  }
  return kind === "word" && !startsWith(text, "#") ? text : undefined;
}

/** The index behind a field's initialiser and semicolon, which may be missing at the end of a line. */
function afterField(tokens, from) {
  let idx = from;
  for (; idx < tokens.length; idx++) {
    const token = tokens[idx];
    if (isPunctuation(token, ";")) {
      return idx + 1;
    }
    const beginsOperand = token.kind !== "punctuation" && token.kind !== "template";
    if (isPunctuation(token, "}") || (beginsOperand && !isOperator(token) && endsOperand(tokens[idx - 1]))) {
      return idx;
    }
    if (token.kind === "punctuation" && token.text in CLOSING) {
      idx = skipGroup(tokens, idx);
    }
  }
  return idx;
}

function isOperator({ kind, text }) {
  return kind === "word" && (text === "in" || text === "instanceof" || text === "extends");
}

function endsOperand({ kind, text }) {
  if (kind === "word") {
    return !setHas(BEFORE_EXPRESSION, text) && !setHas(BEFORE_NAME, text);
  }
  return kind !== "punctuation" || indexOf(")]}", text) !== -1;
}

function isPunctuation(token, text) {
  return token !== undefined && token.kind === "punctuation" && token.text === text;
}

/** Whether the source is that of a class. */
export function isClassSource(source) {
  return startsWith(source, "class") && charCodeAt(source, 5) < 128 && regExpExec(/^class[\s{/]/, source) !== null;
}

/** The index of the parenthesis after `constructor`, at the top level of the class body. */
function findConstructor(tokens) {
  let idx = findOpening(tokens, 0, "{") + 1;
  for (; idx > 0 && idx < tokens.length - 1; idx++) {
    const { text } = tokens[idx];
    if (isConstructorName(tokens[idx]) && tokens[idx + 1].text === "(" && beginsMember(tokens[idx - 1])) {
      return idx + 1;
    }
    if (text in CLOSING && tokens[idx].kind === "punctuation") {
      idx = skipGroup(tokens, idx);
    }
  }
  return -1;
}

function isConstructorName({ kind, text }) {
  return kind === "word" ? text === "constructor" : kind === "string" && slice(text, 1, -1) === "constructor";
}

/** Two operands in a row: the second one begins a new member. */
function beginsMember(previous) {
  switch (previous.kind) {
    case "word":
      return !setHas(NOT_BEFORE_CONSTRUCTOR, previous.text);
    case "punctuation":
      return indexOf("{};)]", previous.text) !== -1;
    default:
      return true;
  }
}

/** The index of the first `opening` outside other groups; a class's heritage may hold groups. */
function findOpening(tokens, from, opening) {
  for (let idx = from; idx < tokens.length; idx++) {
    const { kind, text } = tokens[idx];
    if (kind === "punctuation" && text === opening) {
      return idx;
    }
    if (kind === "punctuation" && text in CLOSING) {
      idx = skipGroup(tokens, idx);
    }
  }
  return -1;
}

/** The index of the token that closes the group that opens at `idx`. */
function skipGroup(tokens, idx) {
  let depth = 0;
  for (; idx < tokens.length; idx++) {
    const { kind, text } = tokens[idx];
    if (kind !== "punctuation") {
      continue;
    }
    if (text in CLOSING) {
      depth++;
    } else if ((text === ")" || text === "]" || text === "}") && --depth === 0) {
      return idx;
    }
  }
  return idx;
}

/** Reads binding patterns from tokens. */
class TargetReader {
  #tokens;
  #idx;

  /** @param {number} start index of the opening parenthesis */
  constructor(tokens, start) {
    this.#tokens = tokens;
    this.#idx = start;
  }

  /** The targets up to a closing token; `null` stands for a hole. */
  list(closing) {
    const targets = [];
    this.#idx++;
    while (!this.#at(closing)) {
      targets[targets.length] = this.#at(",") ? null : this.#target();
      this.#skipToComma(closing);
    }
    this.#idx++;
    return targets;
  }

  #target() {
    if (this.#at("...")) {
      this.#idx++;
      return { kind: "rest", target: this.#target() };
    }
    if (this.#at("[")) {
      return { kind: "array", items: this.list("]") };
    }
    if (this.#at("{")) {
      return { kind: "object", members: this.#members() };
    }
    return { kind: "name", name: this.#take() };
  }

  #members() {
    const members = [];
    this.#idx++;
    while (!this.#at("}")) {
      const member = this.#member();
      if (member !== undefined) {
        members[members.length] = member;
      }
      this.#skipToComma("}");
    }
    this.#idx++;
    return members;
  }

  /** `undefined` for what has no name to read: computed keys and rest members. */
  #member() {
    if (this.#at("[") || this.#at("...")) {
      return undefined;
    }
    const isQuoted = this.#tokens[this.#idx].kind === "string";
    const text = this.#take();
    const key = isQuoted ? slice(text, 1, -1) : text;
    if (!this.#at(":")) {
      return { key, target: { kind: "name", name: key } };
    }
    this.#idx++;
    return { key, target: this.#target() };
  }

  /** Skips an initialiser and the comma after it. */
  #skipToComma(closing) {
    while (!this.#at(",") && !this.#at(closing)) {
      if (this.#tokens[this.#idx].kind === "punctuation" && this.#tokens[this.#idx].text in CLOSING) {
        this.#idx = skipGroup(this.#tokens, this.#idx);
      }
      this.#idx++;
    }
    if (this.#at(",")) {
      this.#idx++;
    }
  }

  /** The end of the text closes everything. */
  #at(text) {
    const token = this.#tokens[this.#idx];
    return token === undefined || (token.kind === "punctuation" && token.text === text);
  }

  #take() {
    return this.#tokens[this.#idx++].text;
  }
}

function tokenize(source) {
  return new Tokenizer(source).all();
}

/** Cuts source text into tokens. */
class Tokenizer {
  #source;
  #position = 0;
  #tokens = [];
  /** For each open parenthesis, whether a statement follows the closing one. */
  #parentheses = [];
  #beginsExpression = true;

  constructor(source) {
    this.#source = source;
  }

  all() {
    while (this.#next() !== undefined);
    return this.#tokens;
  }

  #next() {
    this.#match(SPACE);
    if (this.#position >= this.#source.length) {
      return undefined;
    }
    if (charCodeAt(this.#source, this.#position) === BACKTICK) {
      return this.#template();
    }
    return (
      this.#operand("string", STRING) ??
      this.#word() ??
      this.#operand("number", NUMBER) ??
      (this.#beginsExpression ? this.#operand("regular expression", REGULAR_EXPRESSION) : undefined) ??
      this.#punctuation()
    );
  }

  #operand(kind, pattern) {
    const text = this.#match(pattern);
    if (text === undefined) {
      return undefined;
    }
    this.#beginsExpression = false;
    return this.#push(kind, text);
  }

  #word() {
    const text = this.#match(WORD);
    if (text === undefined) {
      return undefined;
    }
    this.#beginsExpression = setHas(BEFORE_EXPRESSION, text);
    return this.#push("word", text);
  }

  #punctuation() {
    let text = this.#source[this.#position];
    for (let idx = 0; idx < PUNCTUATION.length; idx++) {
      if (startsWith(this.#source, PUNCTUATION[idx], this.#position)) {
        text = PUNCTUATION[idx];
      }
    }
    this.#position += text.length;
    this.#beginsExpression = this.#expressionAfter(text);
    return this.#push("punctuation", text);
  }

  #expressionAfter(text) {
    if (text === "(") {
      const previous = this.#tokens[this.#tokens.length - 1];
      this.#parentheses[this.#parentheses.length] =
        previous?.kind === "word" && setHas(BEFORE_STATEMENT, previous.text);
      return true;
    }
    if (text === ")") {
      const beforeStatement = this.#parentheses[this.#parentheses.length - 1] ?? false;
      this.#parentheses.length -= this.#parentheses.length > 0 ? 1 : 0;
      return beforeStatement;
    }
    // After a brace a statement is likelier than a division.
    return text !== "]";
  }

  /** One token from backtick to backtick; what is inside `${}` is cut as well, to find its end, and dropped. */
  #template() {
    this.#position++;
    for (; this.#position < this.#source.length; this.#position++) {
      const character = this.#source[this.#position];
      if (character === "\\") {
        this.#position++;
      } else if (character === "`") {
        break;
      } else if (character === "$" && this.#source[this.#position + 1] === "{") {
        this.#substitution();
      }
    }
    this.#position++;
    this.#beginsExpression = false;
    return this.#push("template", "");
  }

  /** Stops at the closing brace. */
  #substitution() {
    const count = this.#tokens.length;
    this.#position += 2;
    this.#beginsExpression = true;
    let depth = 1;
    while (depth > 0) {
      const token = this.#next();
      if (token === undefined) {
        break;
      }
      if (token.kind === "punctuation") {
        depth += token.text === "{" ? 1 : token.text === "}" ? -1 : 0;
      }
    }
    this.#position--;
    this.#tokens.length = count;
  }

  #match(pattern) {
    pattern.lastIndex = this.#position;
    const match = regExpExec(pattern, this.#source);
    if (match === null) {
      return undefined;
    }
    this.#position += match[0].length;
    return match[0];
  }

  #push(kind, text) {
    const token = { kind, text };
    this.#tokens[this.#tokens.length] = token;
    return token;
  }
}
