using System.CommandLine;
using Steering.Cli.CommandLine;
using Steering.Cli.Terminal;
using Steering.Concepts;
using Steering.Export.Cuts;
using Steering.Models;

namespace Steering.Cli.Concepts;

/// <summary>The model of a command that runs one only for some of what it does.</summary>
internal sealed class ModelOption(CliConsole console)
{
    private readonly Option<string?> _model = Values.Path("--model", "Model folder that the concepts were measured on, with sockets or without; for what has to run it.", "MODEL");
    private readonly WordOption<ExecutionDevice> _device = new("--device", "Where the model runs.", ExecutionDevice.Cpu);
    private readonly Option<int> _threads = Values.Whole("--threads", "Threads of one forward pass; 0 lets ONNX Runtime choose.", 0, 0);
    private readonly Option<bool> _operators = ModelArguments.CustomOperators();
    private readonly SandboxNames _names = new(console);

    /// <summary>The option of the model.</summary>
    public Option Model => _model;

    /// <summary>The options that say where it runs.</summary>
    public IReadOnlyList<Option> Running => [_device, _threads, _operators];

    /// <summary>Adds the options to a command.</summary>
    public ModelOption AddTo(Command command)
    {
        command.Options.Add(_model);
        command.Options.Add(_device);
        command.Options.Add(_threads);
        command.Options.Add(_operators);
        return this;
    }

    /// <summary>The model folder, or null where none is given.</summary>
    public string? Folder(ParseResult parsed) => parsed.GetValue(_model) is { } given ? _names.Model(given) : null;

    /// <summary>How to load it.</summary>
    public SteerableModelOptions Options(ParseResult parsed) => new() { Device = _device.Value(parsed), Threads = parsed.GetValue(_threads), AllowCustomOperators = parsed.GetValue(_operators) };

    /// <summary>Reads the graph and refuses a model that the concepts were not measured on.</summary>
    /// <exception cref="SteeringException">The folder is no model, or another one.</exception>
    public static SiteCut Load(string folder, ConceptStatistics statistics, string source, CancellationToken cancellationToken)
    {
        var cut = SiteCut.Load(folder);
        if (statistics.Origin.ModelSha256 is { } measured && !cut.IsModel(measured, cancellationToken))
        {
            throw new SteeringException($"{source} was measured on a model of SHA-256 {measured}; {folder} has {cut.Fingerprint(cancellationToken)}. Use the model that it was made on (any import of the same checkpoint), or fit the concepts again.");
        }

        return cut;
    }
}
