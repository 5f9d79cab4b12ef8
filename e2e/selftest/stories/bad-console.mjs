export const name = 'a logged error fails the story';

export const run = ({ page }) => page.goto('/logs-an-error');
