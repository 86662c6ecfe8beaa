using System.Globalization;
using static TorchSharp.torch;

namespace Steering.Tests.Training.Autoencoders;

/// <summary>Loss terms and gradients of every kind against SAELens's, on the same parameters, batch and dead mask.</summary>
[TestClass]
public sealed class GradientOracleTests
{
    private const double Tolerance = 1e-4;

    [TestMethod]
    public void LossAndEveryGradient_EqualTheOracles()
    {
        var failures = new List<string>();
        foreach (var folder in OracleFolder.Cases("oracle.json", "sae-gradients"))
        {
            using var scope = NewDisposeScope();
            using var test = new GradientCase(folder);
            var name = Path.GetFileName(folder);

            using var loss = test.Kind.Loss(test.Weights, test.Input, test.Context);
            loss.Total.backward();

            foreach (var (term, value) in test.Terms)
            {
                Close(failures, value, loss.Term(term) ?? 0, $"{name}: {term}");
            }

            Close(failures, test.TotalLoss, loss.Total.item<float>(), $"{name}: loss");
            CloseIfAny(failures, test.Expected("feature_acts"), loss.Activations, $"{name}: activations");
            CloseIfAny(failures, test.Expected("reconstruction"), loss.Reconstruction, $"{name}: reconstruction");
            foreach (var (gradient, ours, theirs) in test.Gradients())
            {
                Close(failures, theirs, ours, $"{name}: gradient of {gradient}");
            }
        }

        Assert.IsEmpty(failures, string.Join('\n', failures));
    }

    private static void Close(List<string> failures, double expected, double actual, string what)
    {
        if (!(Math.Abs(actual - expected) <= Tolerance * Math.Max(Math.Abs(expected), 1e-6)))
        {
            failures.Add(string.Create(CultureInfo.InvariantCulture, $"{what}: {actual}, not {expected}"));
        }
    }

    private static void CloseIfAny(List<string> failures, Tensor? expected, Tensor actual, string what)
    {
        if (expected is not null)
        {
            Close(failures, expected, actual.detach(), what);
        }
    }

    private static void Close(List<string> failures, Tensor expected, Tensor actual, string what)
    {
        var difference = (actual - expected).abs().max().item<float>();
        var size = expected.abs().max().item<float>();
        if (!(difference <= Tolerance * Math.Max(size, 1e-6)))
        {
            failures.Add(string.Create(CultureInfo.InvariantCulture, $"{what}: differs by {difference}, the largest is {size}"));
        }
    }
}
