using System.CommandLine;
using SandboxModel;

var root = new RootCommand("Makes the sandbox language model: its text, its tokenizer, the model itself; and measures it.")
{
    TextCommand.Create(),
    TokenizerCommand.Create(),
    TrainCommand.Create(),
    ReportCommand.Create(),
    LabelCommand.Create(),
    PoliciesCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
