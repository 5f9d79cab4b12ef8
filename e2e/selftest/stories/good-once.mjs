export const name = 'a thing made once per server is made once';

export async function run({ server, expect }) {
  let made = 0;
  const make = async () => (made += 1);
  await server.once('thing', make);
  expect.equal(await server.once('thing', make), 1);
}
