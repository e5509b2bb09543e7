export default async function greet(name: string, requester?: string): Promise<string> {
    return `Hello ${name}, from ${requester ?? 'nobody'}`;
}
