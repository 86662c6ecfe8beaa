using System.CommandLine;
using Steering.Cli.Terminal;
using Steering.Models;
using Steering.Sandbox.Bundle;

namespace Steering.Cli.CommandLine;

/// <summary>Which model a command uses, and where it runs.</summary>
internal sealed class ModelArguments
{
    private readonly Argument<string> _model = new("MODEL") { Description = $"Model folder, made by 'steer import' or any GenAI folder; or {SandboxBundle.Name}, the small model that steer brings along." };
    private readonly WordOption<ExecutionDevice> _device = new("--device", "Where the model runs.", ExecutionDevice.Cpu);
    private readonly Option<int> _threads = Values.Whole("--threads", "Threads of one forward pass; 0 lets ONNX Runtime choose.", 0, 0);
    private readonly Option<bool> _operators = CustomOperators();
    private readonly SandboxNames _names;
    private string? _folder;

    /// <param name="console">Opens the bundled model.</param>
    /// <param name="optional">Whether the model may be left out, which means the bundled one.</param>
    public ModelArguments(CliConsole console, bool optional = false)
    {
        _names = new SandboxNames(console);
        if (optional)
        {
            _model.Arity = ArgumentArity.ZeroOrOne;
            _model.DefaultValueFactory = _ => SandboxBundle.Name;
        }
    }

    /// <summary>The option without which a model folder that names libraries is refused.</summary>
    public static Option<bool> CustomOperators() => new("--allow-custom-operators") { Description = "Load the libraries that the model folder names; their code runs in this process. Only for folders of people you trust." };

    /// <summary>Adds the argument and options to a command.</summary>
    public ModelArguments AddTo(Command command)
    {
        command.Arguments.Add(_model);
        command.Options.Add(_device);
        command.Options.Add(_threads);
        command.Options.Add(_operators);
        return this;
    }

    /// <summary>The model as it was named.</summary>
    public string Given(ParseResult parsed) => parsed.GetRequiredValue(_model);

    /// <summary>The bundled sandbox where its model is used, or null.</summary>
    public SandboxBundle? Sandbox(ParseResult parsed) => SandboxNames.IsModel(Given(parsed)) ? _names.Bundle : null;

    /// <summary>The model folder.</summary>
    public string Folder(ParseResult parsed) => _folder ??= _names.Model(Given(parsed));

    /// <summary>The folder of an autoencoder for this model.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="given">A path, or for the sandbox the name of one of its own; a site behind it is left out.</param>
    /// <exception cref="SteeringException">There is none of that name.</exception>
    public string Sae(ParseResult parsed, string given) => _names.Sae(NamedSae.SplitSite(given).Folder, SandboxNames.IsModel(Given(parsed)));

    /// <summary>The file of a policy for this model.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="given">A path, or for the sandbox the name of one of its own.</param>
    /// <exception cref="SteeringException">There is none of that name.</exception>
    public string Policy(ParseResult parsed, string given) => _names.Policy(given, SandboxNames.IsModel(Given(parsed)));

    /// <summary>How to load it.</summary>
    public SteerableModelOptions Options(ParseResult parsed) =>
        new() { Device = _device.Value(parsed), Threads = parsed.GetValue(_threads), AllowCustomOperators = parsed.GetValue(_operators) };

    /// <summary>Loads the model.</summary>
    public SteerableModel Load(ParseResult parsed) => SteerableModel.Load(Folder(parsed), Options(parsed));

    /// <summary>Loads the plain graph, for logits and residual streams at every position.</summary>
    public ForwardPass LoadForwardPass(ParseResult parsed) => ForwardPass.Load(Folder(parsed), Options(parsed));
}
