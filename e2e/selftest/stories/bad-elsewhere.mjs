export const name = 'a request to another host fails the story';

export const run = ({ page }) => page.goto('/asks-elsewhere');
