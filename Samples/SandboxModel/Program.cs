using System.CommandLine;
using SandboxModel;

var root = new RootCommand("Makes the sandbox language model: its text and its tokenizer.") { TextCommand.Create(), TokenizerCommand.Create() };
return root.Parse(args).Invoke();
