export const name = 'a story that never ends is ended';

export const run = () => new Promise(() => {});
