import { isolateName } from './isolateName';

export default async function nameIsolate(): Promise<string> {
    return isolateName;
}
