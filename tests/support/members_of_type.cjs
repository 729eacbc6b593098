// Prints the members of a TypeScript type, one path a line, those that must be given with a "*" behind them.
// Of a union of types that their member Type tells apart, each is printed, with its Type in angle brackets.
// Arguments: the file, the name of the type.
const ts = require("typescript");

const [file, name] = process.argv.slice(2);
const program = ts.createProgram([file], { strict: true });
const checker = program.getTypeChecker();
const [declared] = checker
  .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)))
  .filter((each) => each.name === name);

function print(type, within) {
  const given = type.isUnion() ? type.types.filter((each) => !(each.flags & ts.TypeFlags.Undefined)) : [type];
  const [whole] = given;
  if (given.length > 1 && given.every((each) => each.getProperty("Type"))) {
    for (const each of given) {
      print(each, `${within}<${checker.getTypeOfSymbol(each.getProperty("Type")).value}>`);
    }
  } else if (checker.isArrayType(whole)) {
    print(checker.getTypeArguments(whole)[0], `${within}[]`);
  } else if (whole.flags & ts.TypeFlags.Object || whole.isIntersection()) {
    for (const member of checker.getPropertiesOfType(whole)) {
      const path = within ? `${within}.${member.name}` : member.name;
      console.log(member.flags & ts.SymbolFlags.Optional ? path : `${path}*`);
      print(checker.getTypeOfSymbol(member), path);
    }
  }
}

print(checker.getDeclaredTypeOfSymbol(declared), "");
