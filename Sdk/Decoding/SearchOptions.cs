using Microsoft.ML.OnnxRuntimeGenAI;

namespace Steering.Decoding;

/// <summary>A request's lengths and sampling in GenAI's words.</summary>
internal static class SearchOptions
{
    public static void Set(GeneratorParams parameters, DecodeRequest request, int promptLength, int vocabulary)
    {
        var sampling = request.Sampling;
        parameters.SetSearchOption("max_length", promptLength + request.MaxTokens);
        parameters.SetSearchOption("min_length", request.MinTokens > 0 ? promptLength + request.MinTokens : 0);
        parameters.SetSearchOption("batch_size", 1);
        parameters.SetSearchOption("num_beams", 1);
        parameters.SetSearchOption("repetition_penalty", sampling.RepetitionPenalty);
        parameters.SetSearchOption("do_sample", sampling.Temperature > 0);
        if (sampling.Temperature > 0)
        {
            parameters.SetSearchOption("temperature", sampling.Temperature);
            parameters.SetSearchOption("top_k", Math.Min(sampling.TopK ?? 0, vocabulary));
            parameters.SetSearchOption("top_p", sampling.TopP ?? 1);
            parameters.SetSearchOption("random_seed", sampling.Seed ?? Random.Shared.Next());
        }
    }
}
