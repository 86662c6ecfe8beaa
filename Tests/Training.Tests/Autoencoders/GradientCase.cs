using System.Text.Json;
using Steering.Tensors;
using Steering.Training.Autoencoders;
using Steering.Training.Torch;
using static TorchSharp.torch;

namespace Steering.Tests.Training.Autoencoders;

/// <summary>One folder of the oracle <c>sae-gradients</c>: parameters, batch and dead mask, and what SAELens made of them.</summary>
internal sealed class GradientCase : IDisposable
{
    private static readonly (string Ours, string Theirs)[] Names =
    [
        ("encoder", "W_enc"), ("encoder_bias", "b_enc"), ("decoder", "W_dec"), ("decoder_bias", "b_dec"), ("threshold", "threshold"),
        ("gate_bias", "b_gate"), ("magnitude_bias", "b_mag"), ("magnitude_log_scale", "r_mag"),
    ];

    private readonly JsonDocument _json;
    private readonly SafetensorsFile _file;

    public GradientCase(string folder)
    {
        TorchRuntime.EnsureLoaded();
        _json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "oracle.json")));
        _file = SafetensorsFile.Open(Path.Combine(folder, "oracle.safetensors"));
        Kind = new SaeLensTrainingConfig(_json.RootElement.GetProperty("cfg")).ToKind();
        Weights = new SaeWeights(Parameter("encoder")!, Parameter("decoder")!, Parameter("decoder_bias")!)
        {
            EncoderBias = Parameter("encoder_bias"),
            Threshold = Parameter("threshold"),
            GateBias = Parameter("gate_bias"),
            MagnitudeBias = Parameter("magnitude_bias"),
            MagnitudeLogScale = Parameter("magnitude_log_scale"),
        };
        Weights.RequireGradients(true);
    }

    public SaeKind Kind { get; }

    public SaeWeights Weights { get; }

    public Tensor Input => Read("x")!;

    public LossContext Context => new() { Dead = Dead(), SparsityCoefficient = Coefficient() };

    public double TotalLoss => _json.RootElement.GetProperty("loss").GetDouble();

    public IEnumerable<(string Name, double Value)> Terms => _json.RootElement.GetProperty("losses").EnumerateObject().Select(term => (term.Name, term.Value.GetDouble()));

    public Tensor? Expected(string name) => Read(name);

    /// <summary>Gradients that the oracle holds, each beside ours.</summary>
    public IEnumerable<(string Name, Tensor Ours, Tensor Theirs)> Gradients()
    {
        var checkedNames = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, tensor) in Weights.Named)
        {
            var theirName = $"grad.{Their(name)}";
            Assert.IsTrue(_file.Contains(theirName), $"the oracle holds no gradient of {name}");
            checkedNames.Add(theirName);
            yield return (name, tensor.grad ?? zeros_like(tensor), name == "encoder" ? Read(theirName)!.t() : Read(theirName)!);
        }

        Assert.IsEmpty(_file.Names.Where(name => name.StartsWith("grad.", StringComparison.Ordinal)).Except(checkedNames, StringComparer.Ordinal));
    }

    public void Dispose()
    {
        Weights.Dispose();
        _file.Dispose();
        _json.Dispose();
    }

    private static string Their(string name) => Names.Single(pair => pair.Ours == name).Theirs;

    private Tensor? Parameter(string name)
    {
        var value = Read($"param.{Their(name)}");
        return name == "encoder" ? value!.t().contiguous() : value;
    }

    private Tensor? Read(string name) => _file.Contains(name) ? tensor(_file.ReadFloat32(name)).reshape([.. _file.Describe(name).Shape]) : null;

    private Tensor? Dead() => _file.Contains("dead") ? tensor(_file.Bytes("dead").ToArray()).to(ScalarType.Bool) : null;

    private double Coefficient() => _json.RootElement.GetProperty("coefficients").EnumerateObject().Select(pair => pair.Value.GetDouble()).SingleOrDefault();
}
