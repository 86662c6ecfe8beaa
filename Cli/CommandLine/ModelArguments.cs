using System.CommandLine;
using Steering.Models;

namespace Steering.Cli.CommandLine;

/// <summary>Which model a command uses, and where it runs.</summary>
internal sealed class ModelArguments
{
    private readonly Argument<string> _model = new("MODEL") { Description = "Model folder, made by 'steer import' or any GenAI folder." };
    private readonly WordOption<ExecutionDevice> _device = new("--device", "Where the model runs.", ExecutionDevice.Cpu);
    private readonly Option<int> _threads = Values.Whole("--threads", "Threads of one forward pass; 0 lets ONNX Runtime choose.", 0, 0);

    /// <summary>Adds the argument and options to a command.</summary>
    public ModelArguments AddTo(Command command)
    {
        command.Arguments.Add(_model);
        command.Options.Add(_device);
        command.Options.Add(_threads);
        return this;
    }

    /// <summary>The model folder.</summary>
    public string Folder(ParseResult parsed) => parsed.GetRequiredValue(_model);

    /// <summary>How to load it.</summary>
    public SteerableModelOptions Options(ParseResult parsed) =>
        new() { Device = _device.Value(parsed), Threads = parsed.GetValue(_threads) };

    /// <summary>Loads the model.</summary>
    public SteerableModel Load(ParseResult parsed) => SteerableModel.Load(Folder(parsed), Options(parsed));

    /// <summary>Loads the plain graph, for logits and residual streams at every position.</summary>
    public ForwardPass LoadForwardPass(ParseResult parsed) => ForwardPass.Load(Folder(parsed), Options(parsed));
}
