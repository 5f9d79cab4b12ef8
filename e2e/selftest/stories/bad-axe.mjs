import { checkAxe } from '../../lib/axe.mjs';

export const name = 'a picture without words for it fails axe';

export const run = ({ page, base }) => checkAxe({ page, base, path: '/no-alt', theme: 'paper', lang: 'en' });
