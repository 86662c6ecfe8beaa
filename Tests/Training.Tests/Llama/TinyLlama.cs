using Steering.Training.Llama;

namespace Steering.Tests.Training.Llama;

/// <summary>A model that trains in a blink.</summary>
internal static class TinyLlama
{
    public static LlamaSettings Settings { get; } = new()
    {
        VocabularySize = 64,
        HiddenSize = 16,
        BlockCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadSize = 8,
        IntermediateSize = 40,
        ContextLength = 32,
    };

    public static LanguageModelOptions Options { get; } = new()
    {
        Model = Settings,
        Tokens = 60 * 64,
        WindowLength = 16,
        BatchWindows = 4,
        LearningRate = 0.01,
        Seed = 3,
    };

    /// <summary>Windows in which every token is the one before it plus the window's own step.</summary>
    public static IEnumerable<int[]> Windows()
    {
        for (var window = 0; ; window++)
        {
            yield return [.. Enumerable.Range(0, Options.WindowLength + 1).Select(i => (window + (i * (1 + (window % 3)))) % Settings.VocabularySize)];
        }
    }
}
