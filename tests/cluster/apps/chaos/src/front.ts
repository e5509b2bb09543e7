import { hello } from './work';

/** Calls a procedure of another process. */
export default async function relay(): Promise<string> {
    return hello();
}
