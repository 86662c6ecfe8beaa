using System.Text.Json;

namespace Steering.Tests;

internal static class JsonExtensions
{
    public static int[] Ints(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(item => item.GetInt32())];

    public static float[] Floats(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(item => item.GetSingle())];

    public static double[] Doubles(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(item => item.GetDouble())];

    public static float Float(this JsonElement element, string name) => element.GetProperty(name).GetSingle();
}
