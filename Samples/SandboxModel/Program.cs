using System.CommandLine;
using SandboxModel;

var root = new RootCommand("Makes the sandbox language model: its text, its tokenizer, the model itself.") { TextCommand.Create(), TokenizerCommand.Create(), TrainCommand.Create() };
return await root.Parse(args).InvokeAsync();
