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

// The step under way is finished and a checkpoint written, which takes longer than the two seconds of the default.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
