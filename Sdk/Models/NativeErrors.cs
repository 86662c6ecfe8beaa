using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace Steering.Models;

/// <summary>Says what the native libraries report in this library's words: with the folder and what can be done.</summary>
internal static class NativeErrors
{
    /// <summary>Whether an exception comes from ONNX Runtime or GenAI.</summary>
    public static bool IsNative(Exception exception) => exception is OnnxRuntimeException or OnnxRuntimeGenAIException;

    /// <summary>A folder that cannot be loaded.</summary>
    public static SteeringException Load(string folder, Exception cause) => new(
        $"{Library(cause)} cannot load {folder}: {Sentence(cause)} If it speaks of a field, correct that in {GenAiConfig.FileName}; otherwise make the folder again with 'steer import'.", cause);

    /// <summary>A folder that was loaded and cannot be run.</summary>
    public static SteeringException Run(string folder, Exception cause) => new(
        $"{Library(cause)} cannot run {folder}: {Sentence(cause)} If it speaks of an input, an output or dimensions, {GenAiConfig.FileName} and the graph differ (vocab_size, head_size, num_key_value_heads, sliding_window, the names of inputs and outputs): make the folder again with 'steer import'. If it speaks of memory, ask for fewer tokens at once.", cause);

    private static string Library(Exception cause) => cause is OnnxRuntimeGenAIException ? "ONNX Runtime GenAI" : "ONNX Runtime";

    private static string Sentence(Exception cause)
    {
        var message = cause.Message.Trim();
        return message.Length == 0 ? "it gave no reason." : message[^1] is '.' or '!' or '?' ? message : message + ".";
    }
}
