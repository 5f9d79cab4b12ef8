// Numbers as people type and paste them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { build } from "esbuild";

const { outputFiles } = await build({
  entryPoints: [new URL("../src/lib/number.ts", import.meta.url).pathname],
  bundle: true,
  format: "esm",
  write: false,
});
const { parse, format } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
);
const value = (text) => {
  const p = parse(text);
  return p.ok ? p.value : "wrong";
};

test("a Vietnamese number has points between thousands and a comma before decimals", () => {
  for (const [text, want] of [
    ["1.234,5", 1234.5],
    ["1.234", 1234],
    ["1.234.567", 1234567],
    ["98,2", 98.2],
    ["0,05", 0.05],
    ["-12", -12],
    ["−3,5", -3.5],
    ["1 234,5", 1234.5],
    ["98,2 %", 98.2],
    ["1,234", 1.234],
  ])
    assert.equal(value(text), want, text);
});
test("what Excel copies under an English system is understood where it cannot be mistaken", () => {
  for (const [text, want] of [
    ["1.5", 1.5],
    ["98.25", 98.25],
    ["1,234.5", 1234.5],
    ["1234.5678", 1234.5678],
  ])
    assert.equal(value(text), want, text);
});
test("nothing is nothing, not zero", () => {
  for (const text of ["", " ", "-", "–"]) assert.equal(value(text), null, JSON.stringify(text));
});
test("what is not a number is said to be wrong", () => {
  for (const text of ["abc", "1.2O4", "1,2,3", "1..2", "12.34.5", "1.23,4.5", "--1", "1e5"])
    assert.equal(value(text), "wrong", text);
});
test("a number is written back as it is read", () => {
  assert.equal(format(1234.5), "1.234,5");
  assert.equal(format(98.249, 1), "98,2");
  assert.equal(format(null), "");
});
