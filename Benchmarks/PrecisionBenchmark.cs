using Steering.Decoding;
using Steering.Models;

namespace Steering.Benchmarks;

/// <summary>Decode speed of model folders beside each other.</summary>
internal static class PrecisionBenchmark
{
    private const int Tokens = 100;
    private const int Rounds = 4;

    public static void Run(string[] folders)
    {
        var models = folders.Select(folder => SteerableModel.Load(folder, new SteerableModelOptions { VerifyWeights = false })).ToArray();
        SideBySide.Run("Decode speed", [.. models.Select(model => new Variant(Path.GetFileName(model.Folder), () => model.Start(new DecodeRequest
        {
            PromptIds = [.. Enumerable.Range(0, 64).Select(index => 300 + (index * 37 % 1000))],
            MaxTokens = Tokens + 64,
        })))], Tokens, Rounds);
        Array.ForEach(models, model => model.Dispose());
    }
}
