using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Steering.Batching;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;

namespace Steering;

/// <summary>What <c>AddSteering</c> loads. Validated when the host starts.</summary>
public sealed class SteeringOptions
{
    /// <summary>Socketed model folder. Required.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "SteeringOptions.ModelPath is empty; set it to a socketed model folder (made by 'steer import --sites' or 'steer socket').")]
    public string ModelPath { get; set; } = string.Empty;

    /// <summary>Where the model runs. Default: the processor.</summary>
    public ExecutionDevice Device { get; set; } = ExecutionDevice.Cpu;

    /// <summary>Threads of one forward pass, or 0 for ONNX Runtime's choice. Default: 0.</summary>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <summary>Whether the weights' fingerprint is checked. Default: true.</summary>
    public bool VerifyWeights { get; set; } = true;

    /// <summary>Whether SAEs trained on a model of another name are accepted. Default: false.</summary>
    public bool AllowOtherModel { get; set; }

    /// <summary>
    /// Whether the model folder may name libraries that are loaded into this process (<see cref="SteerableModelOptions.AllowCustomOperators"/>).
    /// Default: false.
    /// </summary>
    public bool AllowCustomOperators { get; set; }

    /// <summary>
    /// Whether the model is loaded, the policies compiled and the canary run when the host starts, so that a mistake
    /// stops the start and not the first request. Default: true.
    /// </summary>
    public bool LoadAtStart { get; set; } = true;

    /// <summary>
    /// Slots and queue of a <see cref="BatchingDecoder"/> that decodes many conversations at once; null (the default) decodes
    /// each on a generator of its own (<see cref="GenAiDecoder"/>).
    /// </summary>
    [ValidateObjectMembers]
    public BatchingDecoderOptions? Batching { get; set; }

    /// <summary>SAE folders by id.</summary>
    public IDictionary<string, string> Saes { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The decisions that policies leave to the application (gate <c>callback</c>), by name. Set in code only.</summary>
    public IDictionary<string, GateCallback> Callbacks { get; } = new Dictionary<string, GateCallback>(StringComparer.Ordinal);

    /// <summary>Named policies.</summary>
    public IDictionary<string, SteeringPolicy> Policies { get; } = new Dictionary<string, SteeringPolicy>(StringComparer.Ordinal);
}
