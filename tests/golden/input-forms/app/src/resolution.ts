import settings from 'settings';
import { h } from '@shared/h';
import { two } from '#numbers';
import hello from '#texts/hello';
import pkg from '#pkg';
import inner, { sub } from 'tiny-package';
import feature from 'tiny-package/features/sub.js';
import 'tiny-package/effect';
import { everyExtension } from './extensions/';
import { everyExtension as same } from '.';

export { everyExtension as reached };

export async function everySpecifier() {
    return [settings.name, typeof h.element, two, hello, pkg, inner, sub, feature];
}

export async function sharedOnce() {
    return [(globalThis as { effects?: number }).effects, feature === pkg, same === everyExtension];
}
