import { steps } from './steps';

export default async function listSteps(): Promise<string[]> {
    return steps;
}
