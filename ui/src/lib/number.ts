/**
 * Numbers as Vietnamese offices write them: 1.234,5. Also what Excel puts on the clipboard under an English system.
 *
 * `1.234` is one thousand two hundred and thirty-four; `1.5` can only be one and a half; `1,234` is 1,234 (three decimals).
 */
export type Parsed = { ok: true; value: number | null } | { ok: false };

const VIETNAMESE = /^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$/;
const POINT = /^[+-]?\d+\.(\d{1,2}|\d{4,})$/;
const ENGLISH = /^[+-]?\d{1,3}(,\d{3})+\.\d+$/;

export function parse(text: string): Parsed {
  const t = text.replace(/[\s\u00a0\u202f%₫]/g, "").replace(/^−/, "-");
  if (t === "" || t === "-" || t === "–" || t === "—") return { ok: true, value: null };
  if (VIETNAMESE.test(t)) return finite(t.replace(/\./g, "").replace(",", "."));
  if (POINT.test(t)) return finite(t);
  if (ENGLISH.test(t)) return finite(t.replace(/,/g, ""));
  return { ok: false };
}

function finite(t: string): Parsed {
  const value = Number(t);
  return Number.isFinite(value) ? { ok: true, value } : { ok: false };
}

export function format(value: number | null, decimals = 6): string {
  return value === null ? "" : value.toLocaleString("vi-VN", { maximumFractionDigits: decimals });
}
