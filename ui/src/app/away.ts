/** The page that stands where one of ours cannot be had, as there is no network and this device does not keep it. */

/** Where citizens go. Elsewhere, on a wall or at the desk, the browser's own page tries again by itself. */
const OURS = /^\/(?:(?:app|reports?|track|units|reception)(?:\/|$)|$)/;
const POLICY = "default-src 'none'; style-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'";

export const ours = (path: string): boolean => OURS.test(path);

/** `sheet`: the address of the style that is kept; without it the page is plain and says the same. */
export function away(sheet = ""): Response {
  const style = sheet ? `<link rel="stylesheet" href="${sheet.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}">` : "";
  const html = `<!doctype html>
<html lang="vi" data-theme="paper">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Không có mạng</title>${style}</head>
<body class="citizen">
<main id="main" class="citizen-main citizen-away">
<h1>Không có mạng</h1>
<p>Trang này cần mạng và chưa mở được. Bạn vẫn viết phản ánh được: máy giữ lại và tự gửi khi có mạng.</p>
<p lang="en" class="hint">No network: this page cannot be opened now. You can still write a report; it is kept and sent later.</p>
<ul>
<li><a href="">Thử lại</a> <span lang="en" class="hint">Try again</span></li>
<li><a href="/report">Gửi phản ánh</a> <span lang="en" class="hint">Report</span></li>
<li><a href="/app/me">Phản ánh của tôi</a> <span lang="en" class="hint">My reports</span></li>
<li><a href="/app">Trang đầu</a> <span lang="en" class="hint">Home</span></li>
</ul>
</main>
</body>
</html>
`;
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": POLICY,
  };
  return new Response(html, { status: 503, headers });
}
