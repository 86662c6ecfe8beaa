using System.CommandLine;
using SandboxModel;

var root = new RootCommand("Makes the sandbox language model: its text, later its tokenizer and weights.") { TextCommand.Create() };
return root.Parse(args).Invoke();
