import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { wordOperators as $1, shift as $2, minusMinus as $3, prefixes as $4, nestedTemplates as $5, regularExpressions as $6 } from "file:///app/src/operators.ts";
import { namespaceImport as $7, sideEffect as $8, attribute as $9, topLevelImport as $10, importMeta as $11, twoNames as $12 } from "file:///app/src/imports.ts";
import { exportStar as $13, anonymousDefaults as $14, defaultValues as $15, severalDeclarations as $16, patternsAndGenerators as $17 } from "file:///app/src/exports.ts";
import { missingSemicolons as $18, functionStatement as $19, holes as $20, staticBlock as $21, computedMembers as $22, mixins as $23, patterns as $24, hashbang as $25, comments as $26 } from "file:///app/src/statements.js";
export default new Segment("ordinary")
  .addProcedure(new Procedure("wordOperators")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $1)))
  .addProcedure(new Procedure("shift")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $2)))
  .addProcedure(new Procedure("minusMinus")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $3)))
  .addProcedure(new Procedure("prefixes")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $4)))
  .addProcedure(new Procedure("nestedTemplates")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $5)))
  .addProcedure(new Procedure("regularExpressions")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $6)))
  .addProcedure(new Procedure("namespaceImport")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $7)))
  .addProcedure(new Procedure("sideEffect")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $8)))
  .addProcedure(new Procedure("attribute")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $9)))
  .addProcedure(new Procedure("topLevelImport")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $10)))
  .addProcedure(new Procedure("importMeta")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $11)))
  .addProcedure(new Procedure("twoNames")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $12)))
  .addProcedure(new Procedure("exportStar")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $13)))
  .addProcedure(new Procedure("anonymousDefaults")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $14)))
  .addProcedure(new Procedure("defaultValues")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $15)))
  .addProcedure(new Procedure("severalDeclarations")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $16)))
  .addProcedure(new Procedure("patternsAndGenerators")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $17)))
  .addProcedure(new Procedure("missingSemicolons")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $18)))
  .addProcedure(new Procedure("functionStatement")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $19)))
  .addProcedure(new Procedure("holes")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $20)))
  .addProcedure(new Procedure("staticBlock")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $21)))
  .addProcedure(new Procedure("computedMembers")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $22)))
  .addProcedure(new Procedure("mixins")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $23)))
  .addProcedure(new Procedure("patterns")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $24)))
  .addProcedure(new Procedure("hashbang")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $25)))
  .addProcedure(new Procedure("comments")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("value", true)], $26)));
