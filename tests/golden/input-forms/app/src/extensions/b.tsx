import { h } from '@shared/h';

export const b = <b>tsx</b>;
export const fragment = <><i>1</i><i>2</i></>;
