export const name = 'an uncaught error fails the story';

export const run = ({ page }) => page.goto('/throws');
