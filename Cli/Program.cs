using Steering.Cli;
using Steering.Cli.Terminal;

using var interrupts = Interrupts.Listen();
return await SteerApplication.RunAsync(args, CliConsole.OfProcess(interrupts), interrupts.Token);
