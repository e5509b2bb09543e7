export default (async (a)=>{
    return a + 6;
});
