// A server of a story's own on a free port.

/** Its port. */
export const listen = (server) =>
  new Promise((ready, failed) => server.once('error', failed).listen(0, '127.0.0.1', () => ready(server.address().port)));

export const close = (server) =>
  new Promise((closed) => {
    server.close(closed);
    server.closeAllConnections();
  });
