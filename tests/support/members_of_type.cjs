// Prints the members of a TypeScript type, one path a line, those that must be given with a "*" behind them.
// Arguments: the file, the name of the type.
const ts = require("typescript");

const [file, name] = process.argv.slice(2);
const program = ts.createProgram([file], { strict: true });
const checker = program.getTypeChecker();
const [declared] = checker
  .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)))
  .filter((each) => each.name === name);

function print(type, within) {
  const [whole] = type.isUnion() ? type.types.filter((each) => !(each.flags & ts.TypeFlags.Undefined)) : [type];
  if (checker.isArrayType(whole)) {
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
