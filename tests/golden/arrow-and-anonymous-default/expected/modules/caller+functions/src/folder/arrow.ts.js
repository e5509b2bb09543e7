export default (async (a)=>a + 5);
