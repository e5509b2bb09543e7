export default async () => 'arrow';
